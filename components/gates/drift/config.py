"""Settings of the drift gates."""

from typing import Literal

from pydantic import Field

from transforms.settings import Settings


class DriftConfig(Settings):
    """Settings of the drift gates."""

    action: Literal["warn", "stop"] = Field(
        default="warn",
        description="What a run does if the distribution of a column, a ranking feature or the scores differs from the "
        "last pushed run by more than its threshold: warn, or stop before anything is pushed.",
    )
