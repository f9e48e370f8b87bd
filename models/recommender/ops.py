"""Batched operations on short lists of article rows: ragged gather, merge of duplicates, lookup.

A list is a pair of `[batch, n]` tensors: `ids` int32 article rows, padded with `pad` (the number of
articles, which is larger than any row and so sorts last), and `values` float32.
"""

import tensorflow as tf


def gather_rows(offsets: tf.Tensor, values: tf.Tensor, rows: tf.Tensor, length: int, default) -> tf.Tensor:
    """The first `length` values of each row of a compressed table.

    Args:
        offsets: `[rows + 1]` int32, where each row starts in `values`.
        values: `[total]` any dtype.
        rows: `[batch]` int32.
        length: number of values wanted.
        default: what fills rows that are shorter.

    Returns:
        `[batch, length]`, dtype of `values`.
    """
    start = tf.gather(offsets, rows)[:, None]
    end = tf.gather(offsets, rows + 1)[:, None]
    position = start + tf.range(length, dtype=tf.int32)[None, :]
    inside = position < end
    safe = tf.where(inside, position, 0)
    return tf.where(inside, tf.gather(values, safe), tf.cast(default, values.dtype))


def merge_sum(ids: tf.Tensor, pad: tf.Tensor, *values: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Sums the values of equal ids within each row.

    Args:
        ids: `[batch, n]` int32, padded with `pad`.
        pad: int32 scalar.
        values: `[batch, n]` numbers each; those of padding must be 0.

    Returns:
        ids `[batch, n]` int32, ascending and distinct but for the padding behind them, and the sums of each of the
        values, `[batch, n]` of its dtype.
    """
    segments, sorted_ids, order, count = _segments(ids)
    sums = [
        tf.math.unsorted_segment_sum(tf.reshape(tf.gather(each, order, batch_dims=1), [-1]), segments, count)
        for each in values
    ]
    return _unique(sorted_ids, segments, count, pad), *(tf.reshape(each, tf.shape(ids)) for each in sums)


def merge_min(ids: tf.Tensor, values: tf.Tensor, pad: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The least value of equal ids within each row.

    Args:
        ids: `[batch, n]` int32, padded with `pad`.
        values: `[batch, n]` float32.
        pad: int32 scalar.

    Returns:
        ids as in `merge_sum` and the minima `[batch, n]` float32 (float32's maximum behind the last id).
    """
    segments, sorted_ids, order, count = _segments(ids)
    least = tf.math.unsorted_segment_min(tf.reshape(tf.gather(values, order, batch_dims=1), [-1]), segments, count)
    return _unique(sorted_ids, segments, count, pad), tf.reshape(least, tf.shape(ids))


def lookup(ids: tf.Tensor, values: tf.Tensor, wanted: tf.Tensor, default: float = 0.0) -> tf.Tensor:
    """The value of each wanted id in its row's list.

    Args:
        ids: `[batch, n]` int32, ascending.
        values: `[batch, n]` float32.
        wanted: `[batch, m]` int32.
        default: the value of ids that are not in the list.

    Returns:
        `[batch, m]` float32.
    """
    position = tf.minimum(tf.searchsorted(ids, wanted), tf.shape(ids)[1] - 1)
    found = tf.gather(ids, position, batch_dims=1) == wanted
    return tf.where(found, tf.gather(values, position, batch_dims=1), default)


def sums_at(wanted: tf.Tensor, ids: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """The sum of the values of each wanted id: what `lookup` finds after `merge_sum`, the list left unsorted.

    Args:
        wanted: `[batch, m]` int32, distinct but for padding.
        ids: `[batch, n]` int32, in any order.
        values: `[batch, n]` float32; those of padding must be 0.

    Returns:
        `[batch, m]` float32; 0 for ids that are not in the list.
    """
    ascending = tf.sort(wanted, axis=1)
    size = tf.shape(wanted)[1]
    position = tf.minimum(tf.searchsorted(ascending, ids), size - 1)
    found = tf.gather(ascending, position, batch_dims=1) == ids
    # What is not wanted goes nowhere: a negative segment is dropped.
    places = tf.where(found, position + size * tf.range(tf.shape(wanted)[0])[:, None], -1)
    sums = tf.math.unsorted_segment_sum(tf.reshape(values, [-1]), tf.reshape(places, [-1]), tf.size(wanted))
    return tf.gather(tf.reshape(sums, tf.shape(wanted)), tf.searchsorted(ascending, wanted), batch_dims=1)


def sort_by_id(ids: tf.Tensor, *values: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """A list with its values in the order of the ids, as `lookup` needs it."""
    order = tf.argsort(ids, axis=1)
    return (tf.gather(ids, order, batch_dims=1), *(tf.gather(v, order, batch_dims=1) for v in values))


def top(ids: tf.Tensor, scores: tf.Tensor, k: int, pad: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The k best of a list by score, best first; shorter lists are padded.

    Scores at or below 0 do not count.

    Returns:
        ids `[batch, k]` int32 and scores `[batch, k]` float32 (0 for padding).
    """
    missing = tf.maximum(k - tf.shape(ids)[1], 0)
    ids = tf.pad(ids, [[0, 0], [0, missing]], constant_values=pad)
    scores = tf.pad(scores, [[0, 0], [0, missing]])
    best, position = tf.math.top_k(tf.where(ids < pad, scores, 0.0), k)
    return tf.where(best > 0, tf.gather(ids, position, batch_dims=1), pad), best


def _segments(ids):
    shape = tf.shape(ids)
    order = tf.argsort(ids, axis=1)
    sorted_ids = tf.gather(ids, order, batch_dims=1)
    starts = tf.concat([tf.zeros_like(ids[:, :1]), tf.cast(sorted_ids[:, 1:] != sorted_ids[:, :-1], tf.int32)], 1)
    within = tf.cumsum(starts, axis=1)
    segments = within + tf.range(shape[0], dtype=tf.int32)[:, None] * shape[1]
    return tf.reshape(segments, [-1]), sorted_ids, order, shape[0] * shape[1]


def _unique(sorted_ids, segments, count, pad):
    least = tf.math.unsorted_segment_min(tf.reshape(sorted_ids, [-1]), segments, count)
    return tf.reshape(tf.minimum(least, pad), tf.shape(sorted_ids))
