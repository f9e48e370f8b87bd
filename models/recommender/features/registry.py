"""The decorator that registers a function as a feature."""

from collections.abc import Callable

from models.recommender.reasons.codes import GROUPS


class Registry:
    """Registers the functions of one file by name, in the order of definition.

    Attributes:
        functions: the features by name.
        groups: names of the features of each group of reasons, see `reasons.codes`.
    """

    def __init__(self):
        self.functions: dict[str, Callable] = {}
        self.groups: dict[str, list[str]] = {group: [] for group in GROUPS}

    def __call__(self, function: Callable) -> Callable:
        """Registers a feature and returns it unchanged.

        Args:
            function: function of `Pairs` that returns `[batch, candidates]` or `[batch, 1]` float32.
        """
        self.functions[function.__name__] = function
        return function

    def of(self, *groups: str) -> Callable[[Callable], Callable]:
        """Returns the decorator of features that reasons stand for.

        Args:
            groups: groups of the features, of `reasons.codes.GROUPS`.
        """

        def register(function: Callable) -> Callable:
            for group in groups:
                self.groups[group].append(function.__name__)
            return self(function)

        return register
