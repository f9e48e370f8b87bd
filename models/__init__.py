"""Retrieval towers, the ranking network, and the one graph that joins them with the state."""
