"""Merges the channels' proposals into one list of candidates for each customer."""

import dataclasses

import tensorflow as tf

from models.recommender import ops
from models.recommender.channels import CHANNELS
from models.recommender.config import RecommenderConfig
from models.recommender.query import Query


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

    Where there are more, a candidate's best standing decides: its rank within a channel divided by the
    channel's size, so that every channel's best survive.

    Args:
        query: the customers.
        search: function of (embeddings `[batch, dim]`, k) to (rows `[batch, k]`, scores `[batch, k]`).
        config: channels and their sizes.
        excluded: `[batch, n]` int32 rows that must not be candidates, or None.
    """
    ids, standings, bits = [], [], []
    for bit, (name, size) in enumerate(active_channels(config)):
        proposed, scores = CHANNELS[name](query, size, search)
        rows, _ = ops.top(proposed, scores, size, query.pad)
        ids.append(rows)
        standing = (tf.range(size, dtype=tf.float32) + 1.0) / size
        standings.append(tf.broadcast_to(standing[None, :], tf.shape(rows)))
        bits.append(tf.where(rows < query.pad, 1 << bit, 0))
    merged, standing, channels = ops.merge_min(
        tf.concat(ids, 1), tf.concat(standings, 1), tf.concat(bits, 1), query.pad
    )
    keep = merged < query.pad
    if excluded is not None:
        in_excluded = tf.reduce_any(merged[:, :, None] == excluded[:, None, :], axis=2)
        keep = tf.logical_and(keep, tf.logical_not(in_excluded))
    rank = tf.where(keep, standing, 10.0)
    missing = tf.maximum(config.max_candidates - tf.shape(rank)[1], 0)
    rank = tf.pad(rank, [[0, 0], [0, missing]], constant_values=10.0)
    merged = tf.pad(merged, [[0, 0], [0, missing]], constant_values=query.pad)
    channels = tf.pad(channels, [[0, 0], [0, missing]])
    worst, position = tf.math.top_k(-rank, config.max_candidates)
    real = worst > -10.0
    return Candidates(
        rows=tf.where(real, tf.gather(merged, position, batch_dims=1), query.pad),
        channels=tf.where(real, tf.gather(channels, position, batch_dims=1), 0),
    )
