"""What push can be told."""

import dataclasses

from transforms.errors import ConfigError


@dataclasses.dataclass(frozen=True, kw_only=True)
class PushConfig:
    """Settings of push.

    Attributes:
        keep_versions: pushed versions kept, the newest first, 1 to 1000.
    """

    keep_versions: int = 5

    def __post_init__(self):
        if not 1 <= self.keep_versions <= 1000:
            raise ConfigError(f"push.keep_versions must lie in [1, 1000]. Received: {self.keep_versions}.")
