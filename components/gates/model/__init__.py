"""The model gate: decides by the figures of the Evaluator whether a model may be pushed."""
