"""What push can be told."""

import dataclasses

from transforms.ranges import require_within


@dataclasses.dataclass(frozen=True, kw_only=True)
class PushConfig:
    """Settings of push.

    Attributes:
        keep_versions: pushed versions kept, the newest first, 1 to 1000.
        least_share: of the MAP@12 that the last blessed weights were blessed with, 0 to 1; a model that certainly
            has less is not pushed. 0 lets every model pass, as after a change of the shop or of `label_days`.
    """

    keep_versions: int = 5
    least_share: float = 0.5

    def __post_init__(self):
        require_within("push.keep_versions", self.keep_versions, 1, 1000)
        require_within("push.least_share", self.least_share, 0, 1)
