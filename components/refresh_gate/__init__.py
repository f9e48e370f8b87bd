"""Judges a refresh: whether the last blessed weights still do what they were blessed for."""
