"""The outputs of the partial models for pairs of customers and candidates, as columns of the decision table."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import tensorflow as tf

from models.recommender.features.pairs import Pairs
from models.recommender.state import OUTLOOK_NUMBERS


@dataclasses.dataclass(frozen=True)
class PartialOutput:
    """One output of a partial model.

    Attributes:
        name: name of the column.
        description: what the value is, with its unit.
        compute: function of the pairs that returns `[batch, candidates]` float32; NaN where the value is unknown.
    """

    name: str
    description: str
    compute: Callable[[Pairs], tf.Tensor]


PARTIAL_OUTPUTS = (
    PartialOutput(
        "need_product_type",
        "probability that the customer buys from the article's product type in the week; 0 for an article without one",
        lambda pairs: pairs.need("product_type_name"),
    ),
    PartialOutput(
        "need_garment_group",
        "probability that the customer buys from the article's garment group in the week; 0 for an article without one",
        lambda pairs: pairs.need("garment_group_name"),
    ),
    PartialOutput(
        "sold_probability",
        "probability that the article is sold in the week; null if the sales span fewer than four weeks",
        lambda pairs: _outlook(pairs, "sold_probability"),
    ),
    PartialOutput(
        "expected_units",
        "expected pieces sold of the article in the week; null if the sales span fewer than four weeks",
        lambda pairs: _outlook(pairs, "expected_units"),
    ),
    PartialOutput(
        "lifetime_weeks",
        "expected number of weeks in which the article is still sold; null if the sales span fewer than four weeks",
        lambda pairs: _outlook(pairs, "lifetime_weeks"),
    ),
    PartialOutput(
        "style_picture",
        "cosine of the article's picture and those of the customer's purchases; 0 without pictures",
        lambda pairs: pairs.style("picture"),
    ),
    PartialOutput(
        "style_text",
        "cosine of the article's text and those of the customer's purchases; 0 without texts",
        lambda pairs: pairs.style("text"),
    ),
    PartialOutput("towers", "inner product of the embeddings of customer and article", lambda pairs: pairs.tower_score),
)


def _outlook(pairs: Pairs, name: str) -> tf.Tensor:
    """One of `OUTLOOK_NUMBERS` of the candidates, NaN where it is unknown."""
    return tf.gather(pairs.query.state.article_outlook, pairs.article_rows)[:, :, OUTLOOK_NUMBERS.index(name)]
