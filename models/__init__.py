"""The retrieval towers, the ranking network, and the graph that joins them with the state of the shop."""
