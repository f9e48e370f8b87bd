"""The decorator that makes a function a feature."""

from collections.abc import Callable


class Registry:
    """Keeps the functions of one file by name, in the order they are written."""

    def __init__(self):
        self.functions: dict[str, Callable] = {}

    def __call__(self, function: Callable) -> Callable:
        """Registers a function of `Pairs` to `[batch, candidates]` (or `[batch, 1]`) float32."""
        self.functions[function.__name__] = function
        return function
