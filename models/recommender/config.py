"""What the recommender can be told: its channels and how many candidates they may bring."""

import dataclasses

from transforms.errors import ConfigError
from transforms.ranges import require_one_of, require_within

MOST_K = 100


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChannelsConfig:
    """Candidates each channel brings, best first; 0 turns a channel off. Range 0 to 1000.

    Attributes:
        own_purchases: what the customer bought before.
        bought_together: what those who bought the customer's articles bought within the same weeks.
        towers: the articles nearest to the customer in the towers' space.
        popular: what most customers bought lately.
        popular_in_segment: what most customers of the same age segment bought lately; none where the age is unknown.
        same_product: other colours and sizes of what the customer bought.
        similar: articles on sale that are like what the customer bought by attributes and words.
        trending: what sold more in the last week than in the week before.
    """

    own_purchases: int = 160
    bought_together: int = 200
    towers: int = 200
    popular: int = 100
    popular_in_segment: int = 50
    same_product: int = 20
    similar: int = 0
    trending: int = 0

    def __post_init__(self):
        for field in dataclasses.fields(self):
            require_within(f"recommender.channels.{field.name}", getattr(self, field.name), 0, 1000)
        if not any(dataclasses.asdict(self).values()):
            raise ConfigError("recommender.channels must leave one channel on. Received: all 0.")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RecommenderConfig:
    """Settings of the one graph.

    Attributes:
        channels: candidates per channel.
        max_candidates: candidates of a customer after the channels are merged, 12 to 1000; where there are
            more, those stay that most channels rank highly.
        history_length: distinct articles of a customer's past that are looked at, 1 to 1000; at most what
            `features.history_length` keeps has any effect.
        exclude_purchased: whether articles the customer bought before are left out of the answer.
        index: `scann` (approximate, needs ScaNN's op where it is served) or `exact` (core TensorFlow alone).
    """

    channels: ChannelsConfig = dataclasses.field(default_factory=ChannelsConfig)
    max_candidates: int = 200
    history_length: int = 160
    exclude_purchased: bool = False
    index: str = "scann"

    def __post_init__(self):
        require_within("recommender.max_candidates", self.max_candidates, 12, 1000)
        require_within("recommender.history_length", self.history_length, 1, 1000)
        require_one_of("recommender.index", self.index, ("scann", "exact"))

    @property
    def nearest(self) -> int:
        """Articles the index is asked for at most: the towers' channel's, or the most similar and itself."""
        return max(self.channels.towers, MOST_K + 1)


def recommender_config(tree: dict) -> RecommenderConfig:
    """Builds the configuration from a plain tree, as `dataclasses.asdict` yields it."""
    return RecommenderConfig(**{**tree, "channels": ChannelsConfig(**tree["channels"])})
