"""The pipeline's own components, a folder each: thin shells over pure functions."""
