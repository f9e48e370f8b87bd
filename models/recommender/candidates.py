"""Merges the channels' proposals into one list of candidates for each customer."""

import dataclasses

import tensorflow as tf

from models.recommender import ops
from models.recommender.channels import CHANNELS
from models.recommender.config import RecommenderConfig
from models.recommender.query import Query

_SMOOTHING = 60  # as in the paper; small changes of it change little
_UNIT = 10_000_000


@dataclasses.dataclass(frozen=True)
class Candidates:
    """Candidates of a batch of customers.

    Attributes:
        rows: `[batch, max_candidates]` int32 article rows, distinct, padded behind.
        channels: `[batch, max_candidates]` int32, bit i set where the i-th active channel proposed it.
    """

    rows: tf.Tensor
    channels: tf.Tensor


def active_channels(config: RecommenderConfig) -> list[tuple[str, int]]:
    """Names and sizes of the channels that are on, in the order of their bits."""
    sizes = dataclasses.asdict(config.channels)
    return [(name, sizes[name]) for name in CHANNELS if sizes[name] > 0]


def find_candidates(query: Query, search, config: RecommenderConfig, excluded: tf.Tensor | None = None) -> Candidates:
    """Asks every active channel, merges what they propose and keeps `max_candidates`.

    Where there are more, those stay that most channels rank highly: reciprocal rank fusion, the sum over the channels
    of 1 / (60 + rank) (Cormack, Clarke and Buettcher, Reciprocal rank fusion outperforms Condorcet and individual rank
    learning methods, SIGIR 2009). Ties go to the lower row.

    Args:
        query: the customers.
        search: function of (embeddings `[batch, dim]`, k) to (rows `[batch, k]`, scores `[batch, k]`).
        config: channels and their sizes.
        excluded: `[batch, n]` int32 rows that must not be candidates, or None.
    """
    ids, votes, bits = [], [], []
    for bit, (name, size) in enumerate(active_channels(config)):
        proposed, scores = CHANNELS[name](query, size, search)
        rows, _ = ops.top(proposed, scores, size, query.pad)
        real = rows < query.pad
        ids.append(rows)
        votes.append(tf.where(real, _votes(size)[None, :], 0))
        bits.append(tf.where(real, 1 << bit, 0))
    merged, vote, channels = ops.merge_sum(tf.concat(ids, 1), query.pad, tf.concat(votes, 1), tf.concat(bits, 1))
    if excluded is not None:
        vote = tf.where(tf.reduce_any(merged[:, :, None] == excluded[:, None, :], axis=2), 0, vote)
    missing = [[0, 0], [0, max(config.max_candidates - sum(size for _, size in active_channels(config)), 0)]]
    best, position = tf.math.top_k(tf.pad(vote, missing), config.max_candidates)
    return Candidates(
        rows=tf.where(best > 0, _taken(merged, missing, position), query.pad),
        channels=tf.where(best > 0, _taken(channels, missing, position), 0),
    )


def _votes(size: int) -> tf.Tensor:
    """What each rank of a channel counts, `[size]` int32: whole numbers, whose sum is the same in any order."""
    return tf.constant([round(_UNIT / (_SMOOTHING + rank)) for rank in range(1, size + 1)], tf.int32)


def _taken(values: tf.Tensor, missing: list[list[int]], position: tf.Tensor) -> tf.Tensor:
    return tf.gather(tf.pad(values, missing), position, batch_dims=1)
