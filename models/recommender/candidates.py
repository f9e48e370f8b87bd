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
    """Names and sizes of the channels that are on, in the order of their bits.

    Raises:
        ValueError: more are on than a candidate has bits for.
    """
    sizes = dataclasses.asdict(config.channels)
    active = [(name, sizes[name]) for name in CHANNELS if sizes[name] > 0]
    if len(active) > ops.TAG_BITS:
        raise ValueError(
            f"At most {ops.TAG_BITS} channels can be on. Received: {', '.join(name for name, _ in active)}."
        )
    return active


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
    proposals, votes, bits = [], [], []
    for bit, (name, size) in enumerate(active_channels(config)):
        rows, scores = CHANNELS[name](query, size, search)
        proposals.append(tf.where(scores > 0, rows, query.pad)[:, :size])
        vote = _votes(size)[: tf.shape(proposals[-1])[1]]
        votes.append(vote)
        bits.append(tf.fill(tf.shape(vote), 1 << bit))
    proposed = tf.concat(proposals, 1)
    if excluded is not None:
        unwanted = tf.reduce_any(proposed[:, :, None] == excluded[:, None, :], axis=2)
        proposed = tf.where(unwanted, query.pad, proposed)
    batch, width = tf.unstack(tf.shape(proposed))
    flat = ops.flatten(proposed, tf.tile(tf.range(width)[None, :], [batch, 1]), query.pad)
    each = (tf.gather(tf.concat(of_columns, 0), flat.values) for of_columns in (votes, bits))
    owners, ids, vote, channels = ops.merge_sums(flat.keys, *each)
    rows, _, channels = ops.best(ops.Flat(owners, ids, vote), batch, config.max_candidates, query.pad, tags=channels)
    return Candidates(rows=rows, channels=channels)


def _votes(size: int) -> tf.Tensor:
    """What each rank of a channel counts, `[size]` int32: whole numbers, whose sum is the same in any order."""
    return tf.constant([round(_UNIT / (_SMOOTHING + rank)) for rank in range(1, size + 1)], tf.int32)
