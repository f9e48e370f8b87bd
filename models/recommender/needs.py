"""The probability that a customer buys from each group of articles in the next week, in the one graph.

The inputs are those that the weights were fitted on (`transforms/needs.py`), computed from the customer's history. The
population of the fit is every customer with a purchase before the week, so the probability includes that of a purchase.
"""

import tensorflow as tf

from models.recommender.query import Query
from models.recommender.state import ARTICLE_GROUPS, HISTORY_NUMBERS
from transforms.features import PAST_CEILING, PAST_FLOOR
from transforms.needs import NeedFacts, need_inputs


def need_probabilities(query: Query, kind: str) -> tf.Tensor:
    """Computes the probabilities of all groups.

    A customer without a purchase gets the share of the last four weeks' buyers who bought from the group in a week.

    Args:
        query: customers.
        kind: one of `NEED_KINDS`.

    Returns:
        `[batch, groups]` float32 in (0, 1), by group code.
    """
    state, facts = query.state, need_facts(query, kind)
    weights = getattr(state, f"need_weights_{kind}")
    log_odds = weights[-1]
    for i, values in enumerate(need_inputs(tf.math, facts).values()):
        log_odds += weights[i] * values
    popular = tf.exp(facts.popularity[1])[None, :]
    return tf.where(query.number("baskets") > 0, tf.sigmoid(log_odds), tf.broadcast_to(popular, tf.shape(log_odds)))


def need_facts(query: Query, kind: str) -> NeedFacts:
    """Computes what the inputs of the model are computed from.

    Args:
        query: customers.
        kind: one of `NEED_KINDS`.

    Returns:
        Tensors float32 that broadcast to `[batch, groups]`.
    """
    state, groups = query.state, query.state.group_sizes[kind]
    history, width, batch = query.history_flat, groups + 1, tf.shape(query.customer_rows)[0]
    codes = tf.gather(state.article_groups[:, ARTICLE_GROUPS.index(kind)], history.items)
    # Articles without a group are summed in one more group.
    segments = tf.where(codes < 0, groups, codes) + width * tf.cast(history.owners, tf.int32)
    columns = [history.values[:, HISTORY_NUMBERS.index(name)] for name in ("strength", "ownership", "days_bought")]
    sums = tf.math.unsorted_segment_sum(tf.stack(columns, axis=1), segments, batch * width)
    strength, ownership, days_bought = tf.unstack(tf.reshape(sums, [batch, width, 3]), axis=2)
    last_days = history.values[:, HISTORY_NUMBERS.index("last_day")]
    last = tf.reshape(tf.math.unsorted_segment_max(last_days, segments, batch * width), [batch, width])
    as_of, last_day = tf.cast(state.as_of, tf.float32), query.number("last_day")
    past = tf.math.l2_normalize(tf.minimum(strength + PAST_FLOOR * days_bought, PAST_CEILING), axis=1)
    return NeedFacts(
        strength=strength[:, :groups],
        ownership=ownership[:, :groups],
        days_since=tf.where(last >= 0, as_of - last, 0.0)[:, :groups],
        neighbour_score=_next_basket(query, kind, past)[:, :groups],
        popularity=tuple(tf.unstack(getattr(state, f"need_popularity_{kind}"))),
        baskets=tf.maximum(query.number("baskets"), 1.0),
        purchases=tf.maximum(query.number("purchases"), 1.0),
        days_since_purchase=tf.where(last_day >= 0, as_of - last_day, 0.0),
        span_days=last_day - query.number("first_day"),
    )


def _next_basket(query: Query, kind: str, past: tf.Tensor) -> tf.Tensor:
    """Multiplies the past `[batch, groups + 1]` by the weights of the linear next basket over groups."""
    pairs, scores = (getattr(query.state, f"need_{name}_{kind}") for name in ("pairs", "scores"))
    width = query.state.group_sizes[kind] + 1
    weights = tf.SparseTensor(pairs, scores, [width, width])
    return tf.transpose(tf.sparse.sparse_dense_matmul(weights, past, adjoint_a=True, adjoint_b=True))
