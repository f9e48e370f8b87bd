"""Configuration, wiring and the local runner of the pipelines."""
