"""The drift gates: warn of, or stop a run on, distributions that differ from those of the last pushed run."""
