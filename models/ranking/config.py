"""Settings of the ranking trainer."""

from typing import Literal

from pydantic import Field

from transforms.settings import Settings

REFITTED = "refitted"  # folder of the network of `refit_to_end`, in that of the one that is judged


class RankingConfig(Settings):
    """Settings of the ranking network and its training."""

    RENAMED = {"least_steps": "min_steps"}

    networks: int = Field(default=4, ge=1, le=32, description="Number of small networks whose scores are averaged.")
    units: int = Field(default=64, ge=8, le=4096, description="Width of each network.")
    blocks: int = Field(default=2, ge=0, le=16, description="Residual blocks of each network.")
    dropout: float = Field(default=0.3, ge=0, le=0.99, description="Share of units dropped in training.")
    loss: Literal["listwise", "pointwise"] = Field(
        default="listwise", description="listwise: softmax over each list. pointwise: sigmoid of each pair."
    )
    negatives_per_list: int = Field(
        default=160, ge=1, le=1000, description="Candidates sampled beside the positives of a list."
    )
    epochs: int = Field(
        default=5, ge=1, le=1000, description="Passes over all list weeks; more if these are fewer than min_steps."
    )
    min_steps: int = Field(
        default=250, ge=1, le=1_000_000, description="Minimum number of training steps, however few the lists."
    )
    batch_lists: int = Field(default=64, ge=1, le=100_000, description="Lists in a training step.")
    learning_rate: float = Field(
        default=0.002, ge=1e-9, le=10, description="Adam's learning rate at the start; it falls to 0 along a cosine."
    )
    refit_to_end: bool = Field(
        default=True,
        description="Whether another network is trained with the lists of the test week too, for the model that is "
        "pushed. The judged network has not seen them.",
    )
    seed: int = Field(default=17, description="Seed of initial weights, sampling and shuffling.")
