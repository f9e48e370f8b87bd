"""Pushes a blessed model as the next version, by atomic rename."""
