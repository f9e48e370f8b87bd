"""Loads the model in a model server and asks it before anyone else may."""
