"""What evaluation and its gate can be told."""

import dataclasses

from transforms.errors import ConfigError


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
        if not 0 <= self.margin <= 1:
            raise ConfigError(f"evaluation.margin must lie in [0, 1]. Received: {self.margin}.")
