"""Settings of push."""

from pydantic import Field

from transforms.settings import Settings


class PushConfig(Settings):
    """Settings of push."""

    RENAMED = {"least_share": "min_share"}

    keep_versions: int = Field(default=5, ge=1, le=1000, description="Number of newest versions to keep.")
    min_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="A model is not pushed if its MAP@12 is certainly below this share of the MAP@12 with which the "
        "last blessed weights were blessed. 0 accepts every model, for example after a change of the shop or of "
        "label_days.",
    )
