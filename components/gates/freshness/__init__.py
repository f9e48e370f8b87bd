"""The freshness gate: stops a run whose data end before those of the served model."""
