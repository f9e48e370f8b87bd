"""The one graph: state, towers, channels, features and ranking network, joined for training and serving."""
