"""Component Content: picture and text vectors of the articles."""
