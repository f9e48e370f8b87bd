"""Content vectors: encoders of pictures and texts, and principal components."""
