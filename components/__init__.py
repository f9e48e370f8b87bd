"""The pipeline's own components, one folder each: thin shells over pure functions."""
