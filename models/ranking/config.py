"""What the ranking trainer can be told."""

import dataclasses

from transforms.ranges import require_one_of, require_within

REFITTED = "refitted"  # folder of the network of `refit_to_end`, in that of the one that is judged


@dataclasses.dataclass(frozen=True, kw_only=True)
class RankingConfig:
    """Settings of the ranking network and its training.

    Attributes:
        networks: small networks whose scores are averaged, 1 to 32.
        units: width of each network, 8 to 4096.
        blocks: residual blocks of each, 0 to 16.
        dropout: share of units dropped in training, [0, 1).
        loss: `listwise` (softmax over each list) or `pointwise` (sigmoid of each pair).
        negatives_per_list: candidates sampled beside the positives of a list, 1 to 1000.
        epochs: passes over all list weeks, 1 to 1000; more where these are fewer than `least_steps`.
        least_steps: steps trained at least, however few the lists, 1 to 1,000,000.
        batch_lists: lists per step, 1 to 100,000.
        learning_rate: of Adam at the start, above 0; falls to nothing along a cosine.
        refit_to_end: whether a network is trained once more, with the lists of the test week, for the model that is
            pushed; the one that is judged has not seen them.
        seed: of initial weights, sampling and shuffling.
    """

    networks: int = 4
    units: int = 64
    blocks: int = 2
    dropout: float = 0.3
    loss: str = "listwise"
    negatives_per_list: int = 160
    epochs: int = 5
    least_steps: int = 250
    batch_lists: int = 64
    learning_rate: float = 0.002
    refit_to_end: bool = True
    seed: int = 17

    def __post_init__(self):
        require_within("ranking.networks", self.networks, 1, 32)
        require_within("ranking.units", self.units, 8, 4096)
        require_within("ranking.blocks", self.blocks, 0, 16)
        require_within("ranking.dropout", self.dropout, 0, 0.99)
        require_within("ranking.negatives_per_list", self.negatives_per_list, 1, 1000)
        require_within("ranking.epochs", self.epochs, 1, 1000)
        require_within("ranking.least_steps", self.least_steps, 1, 1_000_000)
        require_within("ranking.batch_lists", self.batch_lists, 1, 100_000)
        require_within("ranking.learning_rate", self.learning_rate, 1e-9, 10)
        require_one_of("ranking.loss", self.loss, ("listwise", "pointwise"))
