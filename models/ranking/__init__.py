"""The ranking network, its losses and its training."""
