"""Combines weights and a state in the SavedModel that is judged or pushed."""
