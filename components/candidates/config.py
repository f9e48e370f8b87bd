"""Settings of the candidates component."""

from typing import Literal

from pydantic import Field

from transforms.settings import Settings


class CandidatesConfig(Settings):
    """Settings of the training lists."""

    negatives: Literal["candidates", "random"] = Field(
        default="candidates",
        description="candidates: a list holds what the channels propose, labelled by what was bought. random: a list "
        "holds what was bought and random articles, the classical way, for comparison.",
    )
    negatives_per_positive: int = Field(
        default=4, ge=1, le=100, description="Random articles for each article bought; only with negatives=random."
    )
    max_lists_per_week: int = Field(
        default=5_000,
        ge=1,
        le=100_000_000,
        description="Lists kept of a list week. Only lists with a positive are kept; up to eight times as many "
        "customers are examined to find them.",
    )
    seed: int = Field(default=17, description="Seed of the sampling.")
