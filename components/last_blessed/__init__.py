"""Finds the last blessed weights, which a new model is compared with."""
