"""What the candidates component can be told."""

import dataclasses

from transforms.errors import ConfigError


@dataclasses.dataclass(frozen=True, kw_only=True)
class CandidatesConfig:
    """Settings of the training lists.

    Attributes:
        negatives: `candidates`: a list is what the channels propose, labelled by what was bought; or `random`: a
            list is what was bought and random articles, the classical way, kept to compare with.
        negatives_per_positive: random articles for each article bought, 1 to 100 (`random` only).
        max_lists_per_week: customers sampled where more bought in a list week, at least 1.
        seed: of the sampling.
    """

    negatives: str = "candidates"
    negatives_per_positive: int = 4
    max_lists_per_week: int = 5_000
    seed: int = 17

    def __post_init__(self):
        if self.negatives not in ("candidates", "random"):
            raise ConfigError(f"candidates.negatives must be 'candidates' or 'random'. Received: {self.negatives!r}.")
        if not 1 <= self.negatives_per_positive <= 100:
            raise ConfigError(
                f"candidates.negatives_per_positive must lie in [1, 100]. Received: {self.negatives_per_positive}."
            )
        if self.max_lists_per_week < 1:
            raise ConfigError(f"candidates.max_lists_per_week must be at least 1. Received: {self.max_lists_per_week}.")
