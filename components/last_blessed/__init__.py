"""Finds the weights a new model has to be held against."""
