"""Figures of a model: metrics at 12 in TFMA, by slice."""
