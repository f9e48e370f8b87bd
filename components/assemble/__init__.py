"""Joins weights and state into the SavedModel that is judged or pushed."""
