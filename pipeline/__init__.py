"""Configuration, wiring and the local runner of the pipeline; the synthetic shop it is tried on."""
