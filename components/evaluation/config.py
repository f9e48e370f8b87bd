"""What evaluation and its gate can be told."""

import dataclasses

from transforms.ranges import require_within


@dataclasses.dataclass(frozen=True, kw_only=True)
class EvaluationConfig:
    """Settings of the model gate.

    Attributes:
        margin: MAP@12 the model may be certain to lose against the last blessed one (lower bound of the 95 %
            interval of the paired difference), 0 to 1.
        strict: whether the model must be proven better (l > 0) than both the best simple baseline and the last
            blessed model.
    """

    margin: float = 0.02
    strict: bool = False

    def __post_init__(self):
        require_within("evaluation.margin", self.margin, 0, 1)
