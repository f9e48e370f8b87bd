"""Merges the proposals of the channels into one list of candidates for each customer."""

import dataclasses

import tensorflow as tf

from models.recommender import ops
from models.recommender.allowed import AllowedArticles
from models.recommender.channels import CHANNELS
from models.recommender.config import RecommenderConfig
from models.recommender.query import Query
from models.recommender.rules import Rules

_SMOOTHING = 60  # the constant of the paper; the results depend little on it
_VOTE_SCALE = 10_000_000


@dataclasses.dataclass(frozen=True)
class Candidates:
    """Candidates of a batch of customers.

    Attributes:
        article_rows: `[batch, max_candidates]` int32, distinct, padded at the end.
        channel_bits: `[batch, max_candidates]` int32; bit i is set if the i-th active channel proposed the article.
    """

    article_rows: tf.Tensor
    channel_bits: tf.Tensor


def active_channels(config: RecommenderConfig) -> list[tuple[str, int]]:
    """Returns the names and sizes of the channels that are on, in the order of their bits.

    Args:
        config: channels and their sizes.
    """
    sizes = dict(config.channels)
    return [(name, sizes[name]) for name in CHANNELS if sizes[name] > 0]


def find_candidates(query: Query, search, config: RecommenderConfig, rules: Rules | None = None) -> Candidates:
    """Merges the proposals of all active channels and keeps the best `max_candidates`.

    The merge is reciprocal rank fusion: the score of an article is the sum over channels of 1 / (60 + rank) (Cormack,
    Clarke and Buettcher, Reciprocal rank fusion outperforms Condorcet and individual rank learning methods, SIGIR
    2009). Ties go to the lower row.

    Args:
        query: customers.
        search: `NearestArticles`, or an index if no rule applies.
        config: channels and their sizes.
        rules: rules of the request, or None. Each channel proposes its best articles that the rules allow.
    """
    proposals = find_proposals(query, search, config)
    votes, bits = [], []
    for bit, ((_, size), rows) in enumerate(zip(active_channels(config), proposals, strict=True)):
        votes.append(_votes(size)[: tf.shape(rows)[1]])
        bits.append(tf.fill(tf.shape(votes[-1]), 1 << bit))
    proposed, of_columns = tf.concat(proposals, 1), [votes, bits]
    if rules is not None:
        # Tensors that the query has computed outside of the branch are also available in the branch.
        proposed = tf.cond(
            rules.any(query.pad),
            lambda: _allowed_proposals(query.restricted(rules), search, config, proposals),
            lambda: proposed,
        )
        replacements = [tf.ones_like(vote) for vote in votes]
        of_columns = [votes + votes, bits + bits, [*(tf.zeros_like(vote) for vote in votes), *replacements]]
    batch, width = tf.unstack(tf.shape(proposed))
    flat = ops.flatten(proposed, tf.tile(tf.range(width)[None, :], [batch, 1]), query.pad)
    each = (tf.gather(tf.concat(values, 0), flat.values) for values in of_columns)
    owners, rows, vote, bits, *replacing = ops.merge_sums(flat.keys, *each)
    if replacing:
        vote = tf.where(replacing[0] > 0, vote, vote + len(proposals) * _vote(1))
    rows, _, bits = ops.top_k_flat(ops.Flat(owners, rows, vote), batch, config.max_candidates, query.pad, tags=bits)
    return Candidates(article_rows=rows, channel_bits=bits)


def fill_up(
    candidates: Candidates, query: Query, config: RecommenderConfig, k: tf.Tensor | int, rules: Rules | None
) -> Candidates:
    """Appends popular articles to the candidates of customers with fewer than k candidates.

    Then every customer has k candidates if k articles are allowed. Appended articles have no channel bit. Does nothing
    if no rule applies and the channel `popular` alone gives k candidates to every customer.

    Args:
        candidates: candidates of the query's customers.
        query: customers.
        config: channels and their sizes, as in `find_candidates`.
        k: number of candidates required, at most `max_candidates`.
        rules: rules of the request, or None.
    """
    enough_for_all = min(config.channels.popular, query.state.num_popular)
    may_be_incomplete = k > enough_for_all
    if query.allowed is not None:
        may_be_incomplete = True
    elif rules is not None:
        may_be_incomplete = tf.logical_or(may_be_incomplete, rules.any(query.pad))
    if may_be_incomplete is False:
        return candidates
    rows = tf.cond(
        tf.convert_to_tensor(may_be_incomplete),
        lambda: _filled_up(candidates.article_rows, query if rules is None else query.restricted(rules), k),
        lambda: tf.identity(candidates.article_rows),
    )
    return dataclasses.replace(candidates, article_rows=rows)


def _filled_up(article_rows: tf.Tensor, query: Query, k: tf.Tensor | int) -> tf.Tensor:
    """Appends popular articles to the lists `[batch, max_candidates]` int32 with fewer than k articles."""
    incomplete = tf.where(tf.gather(article_rows, k - 1, axis=1) >= query.pad)
    candidates = tf.gather(article_rows, incomplete[:, 0])
    allowed = query.allowed_articles.of(incomplete[:, 0]).but(candidates)
    more = allowed.first_of(query.state.by_popularity, k)
    filled = ops.first_k(tf.concat([candidates, more], 1), article_rows.shape[1], query.pad)
    return tf.tensor_scatter_nd_update(article_rows, incomplete, filled)


def find_proposals(query: Query, search, config: RecommenderConfig) -> list[tf.Tensor]:
    """Returns the proposals of each active channel, in the order of their bits.

    Args:
        query: customers.
        search: as in `find_candidates`.
        config: channels and their sizes.

    Returns:
        `[batch, n]` int32 article rows of each channel, best first, padded; n is at most the size of the channel. Only
        allowed articles, if `query.allowed` is set.
    """
    proposals = []
    for name, size in active_channels(config):
        rows, scores = CHANNELS[name](query, size, search)
        rows = tf.where(scores > 0, rows, query.pad)
        if query.allowed is not None:
            rows = query.allowed.first_k(rows, tf.minimum(size, tf.shape(rows)[1]))
        proposals.append(rows[:, :size])
    return proposals


def _allowed_proposals(query: Query, search, config: RecommenderConfig, plain: list[tf.Tensor]) -> tf.Tensor:
    """Returns the allowed proposals in their places, followed by replacements for the others.

    Replacements count less than all other proposals, so excluding an article that was no candidate changes nothing.

    Args:
        query: query with `allowed`.
        search: as in `find_candidates`.
        config: as in `find_candidates`.
        plain: proposals without the rules of the request.

    Returns:
        `[batch, 2 * n]` int32 article rows, n the total width of the plain proposals.
    """
    assert query.allowed is not None
    proposed = tf.concat(plain, 1)
    proposed = tf.where(query.allowed.contains(proposed), proposed, query.pad)
    others = [
        ops.first_k(rows, tf.shape(before)[1], query.pad)
        for rows, before in zip(find_proposals(query, search, config), plain, strict=True)
    ]
    more = tf.concat(others, 1)
    new = AllowedArticles(proposed, query.pad).contains(more)
    return tf.concat([proposed, tf.where(new, more, query.pad)], 1)


def _votes(size: int) -> tf.Tensor:
    """Returns the vote of each rank, `[size]` int32. The sum of integers does not depend on the order of addition."""
    return tf.constant([_vote(rank) for rank in range(1, size + 1)], tf.int32)


def _vote(rank: int) -> int:
    return round(_VOTE_SCALE / (_SMOOTHING + rank))
