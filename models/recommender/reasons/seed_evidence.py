"""Evidence by an article that the customer bought or viewed: bought together, another colour, or alike."""

import dataclasses

import tensorflow as tf

from models.recommender import ops
from models.recommender.features.pairs import Pairs
from models.recommender.state import ARTICLE_GROUPS
from transforms.content import KINDS

_PRODUCT, _TYPE, _COLOUR = (
    ARTICLE_GROUPS.index(name) for name in ("product_code", "product_type_name", "colour_group_name")
)
_MAX_SEEDS = 256  # more than the seeds of the history and the viewed articles of a request
_MAX_CUSTOMERS = 2**23 - 1  # so that a number of customers and a position fit in an int32


@dataclasses.dataclass(frozen=True)
class SeedEvidence:
    """The seed of the query that supports each reason: bought together, other colour, like bought, in this order.

    Attributes:
        supported: `[batch, k, 3]` bool.
        rows: `[batch, k, 3]` int32 article rows of the seeds; any row where nothing is supported.
        viewed: `[batch, k, 3]` bool, whether the request names the seed as viewed.
        customers: `[batch, k]` int32, number of customers who bought the article and the first seed on one day.
    """

    supported: tf.Tensor
    rows: tf.Tensor
    viewed: tf.Tensor
    customers: tf.Tensor


def find_seed_evidence(pairs: Pairs, groups: tf.Tensor, positions: tf.Tensor) -> SeedEvidence:
    """Finds the seeds that support reasons.

    - Bought together: the seed that most customers bought on one day with the article.
    - Other colour: the strongest seed of the same product and of another colour.
    - Like bought: of the seeds of the same product type and of other products, the one with the largest sum of the
      cosines of pictures and texts.

    Args:
        pairs: customers with all their candidates.
        groups: `[batch, k, len(ARTICLE_GROUPS)]` int32 codes of the articles.
        positions: `[batch, k]` int32 positions of the articles among the candidates.
    """
    query = pairs.query
    seeds, _ = query.seeds
    together, customers = _together(pairs, positions)
    of_articles = tf.unstack(groups[:, None, :, :], axis=3)
    of_seeds = tf.unstack(tf.gather(query.state.article_groups, seeds)[:, :, None, :], axis=3)
    # `[batch, seeds, k]`. Missing codes are -1; two articles without a product code are no other product.
    same_product = of_articles[_PRODUCT] == of_seeds[_PRODUCT]
    known = (tf.minimum(of_articles[_PRODUCT], of_articles[_COLOUR]) >= 0) & (of_seeds[_COLOUR] >= 0)
    variant = same_product & known & (of_articles[_COLOUR] != of_seeds[_COLOUR])
    alike = (of_articles[_TYPE] == of_seeds[_TYPE]) & (of_articles[_TYPE] >= 0) & ~same_product
    likeness = tf.where(alike, 3.0 + _cosines(pairs, positions), 0.0)
    first_is_best = tf.range(tf.shape(seeds)[1], 0, -1)[None, :, None]
    strength = tf.where(variant, first_is_best, 0)
    at = tf.stack([together, tf.argmax(strength, 1, tf.int32), tf.argmax(likeness, 1, tf.int32)], axis=2)
    return SeedEvidence(
        supported=tf.stack([customers > 0, tf.reduce_any(variant, 1), tf.reduce_any(alike, 1)], axis=2),
        rows=tf.gather(seeds, at, batch_dims=1),
        viewed=at < query.num_viewed,
        customers=customers,
    )


def _together(pairs: Pairs, positions: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Finds the seed that most customers bought on one day with each article.

    Returns:
        Its position among the seeds and the number of customers, `[batch, k]` int32; 0 and 0 without one.
    """
    state, (seeds, _), pad = pairs.query.state, pairs.query.seeds, pairs.query.pad
    at = tf.where(seeds < pad)
    real = tf.gather_nd(seeds, at)
    customers = tf.minimum(tf.gather(state.together_basket_customers, real), _MAX_CUSTOMERS)
    # Packs customers and position, so that one maximum finds both; ties go to the first seed.
    packed = customers * _MAX_SEEDS + (_MAX_SEEDS - 1 - tf.cast(at[:, 1:], tf.int32))
    of_neighbours = ops.flatten(tf.gather(state.together_basket_rows, real), packed, pad).values
    of_candidates = pairs.largest_neighbour("together_basket", of_neighbours)
    best = tf.maximum(tf.gather(of_candidates, positions, batch_dims=1), 0)
    return tf.where(best > 0, _MAX_SEEDS - 1 - best % _MAX_SEEDS, 0), best // _MAX_SEEDS


def _cosines(pairs: Pairs, positions: tf.Tensor) -> tf.Tensor:
    """Returns the sum over kinds of content of the cosines of seeds and articles: `[batch, seeds, k]` float32."""
    kinds = [kind for kind in KINDS if getattr(pairs.query.state, f"style_{kind}").shape[1]]
    likeness = [tf.gather(pairs.likeness(kind), positions, axis=2, batch_dims=1) for kind in kinds]
    return tf.add_n(likeness) if likeness else tf.zeros([])
