"""The two towers, their training forward in time, and the nearest-neighbour index."""
