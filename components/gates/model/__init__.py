"""The model gate: decides from the Evaluator's figures whether a model may be pushed."""
