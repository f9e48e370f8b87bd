"""Gates: each compares data or a model with a rule and returns a `Verdict`."""
