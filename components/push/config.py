"""What push can be told."""

import dataclasses

from transforms.ranges import require_within


@dataclasses.dataclass(frozen=True, kw_only=True)
class PushConfig:
    """Settings of push.

    Attributes:
        keep_versions: pushed versions kept, the newest first, 1 to 1000.
    """

    keep_versions: int = 5

    def __post_init__(self):
        require_within("push.keep_versions", self.keep_versions, 1, 1000)
