"""The decorator that registers a function as a feature."""

from collections.abc import Callable


class Registry:
    """Registers the functions of one file by name, in the order of definition."""

    def __init__(self):
        self.functions: dict[str, Callable] = {}

    def __call__(self, function: Callable) -> Callable:
        """Registers a feature and returns it unchanged.

        Args:
            function: function of `Pairs` that returns `[batch, candidates]` or `[batch, 1]` float32.
        """
        self.functions[function.__name__] = function
        return function
