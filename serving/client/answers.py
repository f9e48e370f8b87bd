"""Answers of `RecommenderClient`."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why an article is recommended: the purchases support it, and the score would be lower without it.

    Attributes:
        code: one of `serving.client.reason_texts.CODES`.
        subject: id of the article that the customer bought or viewed, name of the department, or age such as "23-27",
            by the code; "" if the code has none.
        count: days on which the customer bought the article, customers who bought both articles on one day, or rank
            from 1, by the code; 0 if the code has none.
        days: days from the last purchase of the article to the day of the model; 0 if the code has none.
    """

    code: str
    subject: str = ""
    count: int = 0
    days: int = 0


@dataclasses.dataclass(frozen=True)
class RecommendedArticle:
    """One article of an answer.

    Attributes:
        article_id: raw article id.
        score: score of the model; higher is better.
        channels: candidate channels that proposed the article, such as `own_purchases`, `towers` and `popular`; empty
            for a best-selling article that no channel proposed.
        reasons: at most three, the one that the score depends on most first; none from versions of earlier releases.
    """

    article_id: str
    score: float
    channels: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()


@dataclasses.dataclass(frozen=True)
class Recommendations:
    """The answer for one customer.

    Attributes:
        customer_id: raw customer id, as requested.
        articles: best first.
        model_version: version of the model that answered.
    """

    customer_id: str
    articles: tuple[RecommendedArticle, ...]
    model_version: int


@dataclasses.dataclass(frozen=True)
class SimilarArticle:
    """An article similar to the requested one; a higher score is more similar."""

    article_id: str
    score: float


@dataclasses.dataclass(frozen=True)
class LookArticle:
    """An article that completes a look.

    Attributes:
        article_id: raw article id.
        score: probability in (0, 1) that a basket with the requested article and an article of the group has this one.
    """

    article_id: str
    score: float


@dataclasses.dataclass(frozen=True)
class LookGroup:
    """A group of articles that is bought with the requested one, such as Shoes.

    Attributes:
        name: garment group, or product type in a shop of one garment group.
        articles: best first.
    """

    name: str
    articles: tuple[LookArticle, ...]


@dataclasses.dataclass(frozen=True)
class ArticleDescription:
    """Texts of an article; all but the id are "" if the model does not contain the article."""

    article_id: str
    prod_name: str
    product_type_name: str
    colour_group_name: str
    detail_desc: str


@dataclasses.dataclass(frozen=True)
class ArticleOutlook:
    """Forecast for an article, made from its sales before the day of the model.

    A week is `label_days` of the pipeline long. All numbers are NaN if the model does not contain the article, or if
    its sales span fewer than four weeks.

    Attributes:
        article_id: raw article id, as requested.
        sold_probability: probability that the article is sold in the next week.
        expected_units: units sold in the next week: a median, not rounded. The sum over articles is therefore below the
            mean of their sum.
        lifetime_weeks: expected weeks until the last sale within the next 13 weeks.
    """

    article_id: str
    sold_probability: float
    expected_units: float
    lifetime_weeks: float


@dataclasses.dataclass(frozen=True)
class CustomerNeed:
    """A product type, and the probability in (0, 1) that the customer buys from it in the next week."""

    product_type: str
    probability: float


@dataclasses.dataclass(frozen=True)
class Baselines:
    """Recommendations of the simple baselines for one customer, best first.

    Attributes:
        customer_id: raw customer id, as requested.
        own_purchases: articles that the customer bought most often, filled up with the best-selling ones.
        popular: the best-selling articles.
    """

    customer_id: str
    own_purchases: tuple[str, ...]
    popular: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class VersionStatus:
    """Status of one version of the model on a server.

    Attributes:
        version: number of the version.
        state: START, LOADING, AVAILABLE, UNLOADING or END.
        error_code: name of a gRPC status code; OK if there was no error.
        error_message: cause of the error; "" if there was none.
    """

    version: int
    state: str
    error_code: str
    error_message: str
