"""Merges the channels' proposals into one list of candidates for each customer."""

import dataclasses

import tensorflow as tf

from models.recommender import ops
from models.recommender.allowed import Allowed, any_excluded
from models.recommender.channels import CHANNELS
from models.recommender.config import RecommenderConfig
from models.recommender.query import Query

_SMOOTHING = 60  # as in the paper; small changes of it change little
_UNIT = 10_000_000
_AHEAD = 160  # times a vote of rank 1000 is more than the best votes of eight channels


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
    sizes = dict(config.channels)
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
        search: finds the nearest articles, among all or among those allowed.
        config: channels and their sizes.
        excluded: `[batch, n]` int32 rows that must not be candidates, padded, or None. Each channel then proposes its
            best other articles.
    """
    proposals = _proposals(query, search, config)
    votes, bits = [], []
    for bit, ((_, size), rows) in enumerate(zip(active_channels(config), proposals, strict=True)):
        votes.append(_votes(size)[: tf.shape(rows)[1]])
        bits.append(tf.fill(tf.shape(votes[-1]), 1 << bit))
    proposed = tf.concat(proposals, 1)
    if excluded is not None:
        # Tensors that the query computes here, outside of the branch, are also available inside it.
        proposed = tf.cond(
            any_excluded(excluded, query.pad),
            lambda: _allowed_proposals(query.without(excluded), search, config, proposals),
            lambda: proposed,
        )
        votes, bits = [*(vote * _AHEAD for vote in votes), *votes], bits + bits
    batch, width = tf.unstack(tf.shape(proposed))
    flat = ops.flatten(proposed, tf.tile(tf.range(width)[None, :], [batch, 1]), query.pad)
    each = (tf.gather(tf.concat(of_columns, 0), flat.values) for of_columns in (votes, bits))
    owners, ids, vote, channels = ops.merge_sums(flat.keys, *each)
    rows, _, channels = ops.best(ops.Flat(owners, ids, vote), batch, config.max_candidates, query.pad, tags=channels)
    return Candidates(rows=rows, channels=channels)


def fill_up(
    candidates: Candidates, query: Query, config: RecommenderConfig, k: tf.Tensor | int, excluded: tf.Tensor | None
) -> Candidates:
    """Appends best-selling articles to the candidates of customers who have fewer than k.

    Afterwards a customer has k candidates if k articles are allowed. Appended articles have no channel bit. Does
    nothing if no article is excluded and the popular channel alone gives k candidates to every customer.

    Args:
        candidates: of the query's customers.
        query: the customers.
        config: channels and their sizes, as of `find_candidates`.
        k: number of candidates required, at most `max_candidates`.
        excluded: `[batch, n]` int32 rows that must not be candidates, padded, or None.
    """
    enough_for_all = min(config.channels.popular, query.state.best_sellers)
    may_be_short = k > enough_for_all
    if excluded is not None:
        may_be_short = tf.logical_or(may_be_short, any_excluded(excluded, query.pad))
    if may_be_short is False:
        return candidates
    rows = tf.cond(
        tf.convert_to_tensor(may_be_short),
        lambda: _filled_up(candidates.rows, query, k, excluded),
        lambda: tf.identity(candidates.rows),
    )
    return dataclasses.replace(candidates, rows=rows)


def _filled_up(rows: tf.Tensor, query: Query, k: tf.Tensor | int, excluded: tf.Tensor | None) -> tf.Tensor:
    """Rows `[batch, max_candidates]` int32, filled up where fewer than k rows are real articles."""
    short = tf.where(tf.gather(rows, k - 1, axis=1) >= query.pad)
    candidates = tf.gather(rows, short[:, 0])
    taken = candidates if excluded is None else tf.concat([candidates, tf.gather(excluded, short[:, 0])], 1)
    enough = tf.minimum(tf.shape(taken)[1] + k, query.state.articles)
    best = tf.tile(query.state.by_sales[None, :enough], [tf.shape(short)[0], 1])
    more = Allowed(taken, query.pad).keep(best, k)
    filled = ops.first(tf.concat([candidates, more], 1), rows.shape[1], query.pad)
    return tf.tensor_scatter_nd_update(rows, short, filled)


def _proposals(query: Query, search, config: RecommenderConfig) -> list[tf.Tensor]:
    """Proposals of each active channel: `[batch, n]` int32 rows, best first, padded; n is at most its size."""
    proposals = []
    for name, size in active_channels(config):
        rows, scores = CHANNELS[name](query, size, search)
        proposals.append(tf.where(scores > 0, rows, query.pad)[:, :size])
    return proposals


def _allowed_proposals(query: Query, search, config: RecommenderConfig, plain: list[tf.Tensor]) -> tf.Tensor:
    """The allowed proposals in their places, followed by the channels' replacements for excluded ones.

    Replacements count less than all other proposals, so excluding an article that was no candidate changes nothing.

    Args:
        query: with `allowed`.
        search: as of `find_candidates`.
        config: as of `find_candidates`.
        plain: proposals without exclusions.

    Returns:
        `[batch, 2 * n]` int32, n the width of all plain proposals.
    """
    assert query.allowed is not None
    proposed = tf.concat(plain, 1)
    proposed = tf.where(query.allowed.of(proposed), proposed, query.pad)
    others = []
    for (name, size), rows in zip(active_channels(config), plain, strict=True):
        best, scores = CHANNELS[name](query, size, search)
        others.append(query.allowed.keep(tf.where(scores > 0, best, query.pad), tf.shape(rows)[1]))
    more = tf.concat(others, 1)
    return tf.concat([proposed, tf.where(Allowed(proposed, query.pad).of(more), more, query.pad)], 1)


def _votes(size: int) -> tf.Tensor:
    """What each rank of a channel counts, `[size]` int32: whole numbers, whose sum is the same in any order."""
    return tf.constant([round(_UNIT / (_SMOOTHING + rank)) for rank in range(1, size + 1)], tf.int32)
