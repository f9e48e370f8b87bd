"""Statistics of a run that are compared with those of the last pushed run."""
