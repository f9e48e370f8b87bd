"""Settings of the recommender: its channels and its limits."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from models.retrieval.config import ScannConfig
from transforms.settings import Settings

MOST_K = 100
MAX_ACTIVE_CHANNELS = 31  # the bits of an int32 that is not negative, see `candidates.Candidates`
Size = Annotated[int, Field(ge=0, le=1000)]


class ChannelsConfig(Settings):
    """Candidates each channel proposes, best first; 0 turns a channel off."""

    own_purchases: Size = Field(default=160, description="What the customer bought before.")
    bought_together: Size = Field(
        default=200, description="What buyers of the customer's articles bought within the same weeks."
    )
    towers: Size = Field(default=200, description="Articles nearest to the customer in the towers' space.")
    popular: Size = Field(default=100, description="What most customers bought lately.")
    popular_in_segment: Size = Field(
        default=50,
        description="What most customers of the same age segment bought lately; nothing if the age is unknown.",
    )
    same_product: Size = Field(default=20, description="Other colours and sizes of what the customer bought.")
    similar: Size = Field(
        default=0, description="Articles on sale with attributes and words like those of what the customer bought."
    )
    trending: Size = Field(default=0, description="What sold more in the last week than in the week before.")
    next_basket: Size = Field(
        default=100, description="What a regression on past weeks expects in the customer's next basket."
    )
    popular_in_department: Size = Field(
        default=0, description="What most customers bought lately in the departments that the customer buys from."
    )
    popular_in_section: Size = Field(
        default=0,
        description="What most customers of the same age segment bought lately in the sections that the customer buys "
        "from.",
    )

    new_arrivals: Size = Field(
        default=12,
        description="Articles launched lately or never sold, by the customer's style and departments; nothing for "
        "customers who bought nothing.",
    )

    @model_validator(mode="after")
    def _check_number_that_are_on(self) -> "ChannelsConfig":
        active = [name for name, size in dict(self).items() if size]
        if not active:
            raise ValueError("towers or another channel must be above 0. Received: 0 for all channels.")
        if len(active) > MAX_ACTIVE_CHANNELS:
            raise ValueError(
                f"{active[-1]} or another channel must be 0: at most {MAX_ACTIVE_CHANNELS} channels can be on. "
                f"Received: {len(active)} above 0."
            )
        return self


class AlikeConfig(Settings):
    """Weights of what makes articles alike, for the signature similar_articles; they need not sum to 1."""

    picture: float = Field(default=0.2, ge=0, le=1, description="Weight of the cosine of the pictures.")
    text: float = Field(default=0.5, ge=0, le=1, description="Weight of the cosine of names and descriptions.")
    behaviour: float = Field(
        default=0.3, gt=0, le=1, description="Weight of the cosine of the candidate tower's embeddings."
    )


class RecommenderConfig(Settings):
    """Settings of the one graph."""

    channels: ChannelsConfig = Field(default_factory=ChannelsConfig, description="Candidates of each channel.")
    alike: AlikeConfig = Field(default_factory=AlikeConfig, description="What makes articles alike.")
    max_candidates: int = Field(
        default=200,
        ge=12,
        le=1000,
        description="Maximum candidates of a customer after the channels are merged; of more, those stay that most "
        "channels rank highly.",
    )
    history_length: int = Field(
        default=160,
        ge=1,
        le=1000,
        description="Distinct articles of a customer's past that are read; at most features.history_length exist.",
    )
    new_arrival_days: int = Field(
        default=14, ge=0, le=3650, description="Days since its first sale in which an article is a new arrival."
    )
    new_arrival_slots: int = Field(
        default=0,
        ge=0,
        le=MOST_K,
        description="Minimum number of new arrivals in an answer, for shops that want customers to see them; fewer "
        "only if fewer are candidates.",
    )
    max_variants: int = Field(
        default=0,
        ge=0,
        le=MOST_K,
        description="Maximum number of variants of a product in an answer; more only if too few other candidates are "
        "left. 0 is no limit.",
    )
    max_of_type: int = Field(
        default=0,
        ge=0,
        le=MOST_K,
        description="Maximum number of articles of a product type in an answer, as max_variants. 0 is no limit.",
    )
    sold_within_days: int = Field(
        default=0,
        ge=0,
        le=3650,
        description="Articles last sold more than this many days ago are not recommended, for shops without "
        "availability.csv; 0 recommends them.",
    )
    exclude_purchased: bool = Field(
        default=False, description="Whether articles that the customer bought before are left out of the answer."
    )
    index: Literal["scann", "exact"] = Field(
        default="scann",
        description="scann: approximate search, which needs ScaNN's op in the model server. exact: core TensorFlow "
        "alone.",
    )
    scann: ScannConfig = Field(default_factory=ScannConfig, description="The search of the index scann.")

    @property
    def reads_arrivals(self) -> bool:
        """Whether a channel or the answer needs the new arrivals."""
        return self.channels.new_arrivals > 0 or self.new_arrival_slots > 0

    @property
    def nearest(self) -> int:
        """Maximum number of articles requested from the index: for `towers`, or similar ones and itself."""
        return max(self.channels.towers, MOST_K + 1)
