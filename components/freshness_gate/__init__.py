"""The freshness gate: stops a run whose data end before those of the model that is served."""
