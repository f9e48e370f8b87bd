"""New arrivals: articles launched lately, and articles of the catalogue that nobody has bought yet."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from models.recommender import ops
from models.recommender.state import ARTICLE_NUMBERS

MAX_ARRIVALS = 10_000  # bounds the time of a request in a shop with a large unsold catalogue


def arrival_tables(
    numbers: np.ndarray, as_of: int, days: int, launched: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Finds the new arrivals of a day.

    The first sale stands for the launch where no launch day is given. Of more than `MAX_ARRIVALS`, articles launched
    last come first, before those never sold; among those, higher rows, because the ids of a shop usually grow.

    Args:
        numbers: `[articles + 1, len(ARTICLE_NUMBERS)]` float32, numbers of the state.
        as_of: day number of the state.
        days: articles whose launch is at most this many days ago are new.
        launched: `[articles]` day numbers, NaN for articles without a launch day; or None.

    Returns:
        `arrival_rows` `[n]` int32, ascending, and `is_arrival` `[articles + 1]` bool.
    """
    first_day = numbers[:-1, ARTICLE_NUMBERS.index("first_day")]
    if launched is not None:
        first_day = np.where(np.isnan(launched), first_day, launched)
    sold = first_day >= 0
    rows = np.flatnonzero(~sold | (first_day >= as_of - days))
    order = np.lexsort((-rows, -first_day[rows]))
    rows = np.sort(rows[order[:MAX_ARRIVALS]]).astype(np.int32)
    is_arrival = np.zeros(len(numbers), bool)
    is_arrival[rows] = True
    return {"arrival_rows": rows, "is_arrival": is_arrival}


def best_with_slots(scores: tf.Tensor, is_arrival: tf.Tensor, slots: int, k) -> tuple[tf.Tensor, tf.Tensor]:
    """Finds the k best articles, of which at least `slots` are new arrivals if there are so many.

    The best new arrivals replace the worst other articles. The order is that of the scores.

    Args:
        scores: `[batch, candidates]` float32.
        is_arrival: `[batch, candidates]` bool.
        slots: minimum number of new arrivals, at most k counts.
        k: number of articles, at most `candidates`.

    Returns:
        Scores `[batch, k]` float32, descending, and positions `[batch, k]` int32.
    """
    count = tf.shape(scores)[1]
    lowest, highest = scores.dtype.min, scores.dtype.max
    _, promoted = tf.math.top_k(tf.where(is_arrival, scores, lowest), tf.minimum(slots, k))
    promoted = tf.reduce_any(tf.one_hot(promoted, count, on_value=True, off_value=False, dtype=tf.bool), axis=1)
    promoted = tf.logical_and(promoted, tf.logical_and(is_arrival, scores > ops.MASKED_SCORE))
    _, chosen = tf.math.top_k(tf.where(promoted, highest, scores), k)
    best, order = tf.math.top_k(tf.gather(scores, chosen, batch_dims=1), k)
    return best, tf.gather(chosen, order, batch_dims=1)
