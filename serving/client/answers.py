"""What the query client gives back."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class RecommendedArticle:
    """One article of an answer; `channels` says why: own_purchase, bought_together, popular and so on."""

    article_id: str
    score: float
    channels: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Recommendations:
    """The answer for one customer, best first, by the given version of the model."""

    customer_id: str
    articles: tuple[RecommendedArticle, ...]
    model_version: int


@dataclasses.dataclass(frozen=True)
class SimilarArticle:
    """One neighbour of an article."""

    article_id: str
    score: float


@dataclasses.dataclass(frozen=True)
class ArticleDescription:
    """What the model knows of an article; all but the id are "" for an unknown one."""

    article_id: str
    prod_name: str
    product_type_name: str
    colour_group_name: str
    detail_desc: str


@dataclasses.dataclass(frozen=True)
class Baselines:
    """What the simple recommenders say for a customer, from the same state."""

    customer_id: str
    own_purchases: tuple[str, ...]
    popular: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class VersionStatus:
    """One version of the model on the server: `state` is AVAILABLE, LOADING, END...; an error says why."""

    version: int
    state: str
    error_code: str
    error_message: str
