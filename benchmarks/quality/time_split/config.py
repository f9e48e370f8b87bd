"""Settings of the benchmark of towers under a split by time."""

import pathlib
from collections.abc import Sequence

from pydantic import Field, model_validator

from models.retrieval.config import RetrievalConfig
from pipeline.config import load_settings
from transforms.settings import Settings

PRESETS = pathlib.Path(__file__).parent
PRESET = "joint-loss"


class TimeSplitConfig(Settings):
    """Settings of the split, of the joint loss and of the towers."""

    train_share: float = Field(default=0.7, gt=0, lt=1, description="Share of the purchases, the first, to train on.")
    choose_share: float = Field(
        default=0.15, gt=0, lt=1, description="Share of the purchases, the next, on which the epoch is chosen."
    )
    retrieval_weight: float = Field(default=1.0, gt=0, le=1000, description="Weight of the loss of retrieval.")
    ranking_weight: float = Field(
        default=1.0, ge=0, le=1000, description="Weight of the loss of ranking; with 0 there is no ranker."
    )
    negatives_per_positive: int = Field(
        default=4, ge=1, le=100, description="Random articles for each purchase, in the loss of ranking."
    )
    negative_pool: int = Field(
        default=1024, ge=1, le=1_000_000, description="Random articles that the purchases of a batch choose from."
    )
    ranker_units: int = Field(default=64, ge=1, le=4096, description="Width of the ranker.")
    ranked: int = Field(
        default=100, ge=12, le=10_000, description="Articles nearest to a query that the ranker orders."
    )
    time_features: bool = Field(
        default=True, description="Whether the query has weekday, month and weekend of the purchase."
    )
    retrieval: RetrievalConfig = Field(default_factory=RetrievalConfig, description="The two towers.")

    @model_validator(mode="after")
    def _check_shares(self) -> "TimeSplitConfig":
        if self.train_share + self.choose_share >= 1:
            raise ValueError(
                "train_share and choose_share must sum to less than 1: the rest is judged. "
                f"Received: {self.train_share} and {self.choose_share}."
            )
        return self


def load(preset: str, assignments: Sequence[str]) -> TimeSplitConfig:
    """Resolves defaults, preset and assignments.

    Args:
        preset: name of a TOML file in this folder, or the path of one.
        assignments: `name=value`, as in `lookbook run --set`.

    Raises:
        ConfigError: the preset does not exist, or a setting is unknown or invalid.
    """
    return load_settings(TimeSplitConfig, preset, assignments, [PRESETS])
