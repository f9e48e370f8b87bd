"""What the candidates component can be told."""

import dataclasses

from transforms.ranges import require_one_of, require_within


@dataclasses.dataclass(frozen=True, kw_only=True)
class CandidatesConfig:
    """Settings of the training lists.

    Attributes:
        negatives: `candidates`: a list is what the channels propose, labelled by what was bought; or `random`: a
            list is what was bought and random articles, the classical way, kept to compare with.
        negatives_per_positive: random articles for each article bought, 1 to 100 (`random` only).
        max_lists_per_week: lists kept of a list week where there are more, 1 to 100,000,000. A list is kept only if it
            holds a positive, so more customers are looked at until so many are found, eight times as many at most.
        seed: of the sampling.
    """

    negatives: str = "candidates"
    negatives_per_positive: int = 4
    max_lists_per_week: int = 5_000
    seed: int = 17

    def __post_init__(self):
        require_one_of("candidates.negatives", self.negatives, ("candidates", "random"))
        require_within("candidates.negatives_per_positive", self.negatives_per_positive, 1, 100)
        require_within("candidates.max_lists_per_week", self.max_lists_per_week, 1, 100_000_000)
