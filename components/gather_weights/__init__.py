"""Gathers the trained towers, ranking networks and transform graph into one artifact."""
