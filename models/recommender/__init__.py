"""The one graph: state, towers, channels, features and ranking joined."""
