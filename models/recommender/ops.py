"""Batched operations on short lists of article rows: ragged gather, merge of duplicates, sums, the best.

A list is a pair of `[batch, n]` tensors: `ids` int32 article rows, padded with `pad` (the number of
articles, which is larger than any row and so sorts last), and `values` float32. Most of it is often padding; a `Flat`
has none.
"""

import dataclasses

import tensorflow as tf

_HALF, TAG_BITS = 32, 8  # of an int64


@dataclasses.dataclass(frozen=True)
class Flat:
    """The lists of a batch one behind the other, without padding.

    Attributes:
        owners: `[total]` int64 rows of the batch, ascending.
        ids: `[total]` int32, which need not be distinct.
        values: `[total, ...]`.
    """

    owners: tf.Tensor
    ids: tf.Tensor
    values: tf.Tensor

    @property
    def keys(self) -> tf.Tensor:
        """`[total]` int64: owner and id as one number."""
        return _keys(self.owners, self.ids)


def flatten(ids: tf.Tensor, values: tf.Tensor, pad: tf.Tensor) -> Flat:
    """A list without its padding."""
    at = tf.where(ids < pad)
    return Flat(at[:, 0], tf.gather_nd(ids, at), tf.gather_nd(values, at))


def keys(ids: tf.Tensor) -> tf.Tensor:
    """`[batch * n]` int64 of ids `[batch, n]` int32, as `Flat.keys`."""
    return tf.reshape(_keys(tf.range(tf.shape(ids, tf.int64)[0])[:, None], ids), [-1])


def numbered(*keys: tf.Tensor) -> tuple[list[tf.Tensor], tf.Tensor]:
    """Numbers that are equal where keys are. Nothing has to be sorted.

    Args:
        keys: `[n]` int64 each.

    Returns:
        `[n]` int32 each, and how many different numbers there are.
    """
    distinct, numbers = tf.unique(tf.concat(keys, 0))
    return tf.split(numbers, [tf.size(each) for each in keys], num=len(keys)), tf.size(distinct)


def sums_at(wanted: tf.Tensor, lists: Flat) -> tf.Tensor:
    """The sum of the values of each wanted id in its row's list, `[batch, m]` of wanted `[batch, m]` int32."""
    (here, there), count = numbered(keys(wanted), lists.keys)
    sums = tf.math.unsorted_segment_sum(lists.values, there, count)
    return tf.reshape(tf.gather(sums, here), tf.shape(wanted))


def merge_sums(keys: tf.Tensor, *values: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Sums the values of equal keys.

    Args:
        keys: `[total]` int64 as `Flat.keys`.
        values: `[total]` numbers each.

    Returns:
        owners `[n]` int64, ascending, their ids `[n]` int32, and the sums of each of the values `[n]`.
    """
    distinct, numbers = tf.unique(keys)
    sums = (tf.math.unsorted_segment_sum(each, numbers, tf.size(distinct)) for each in values)
    return tf.bitwise.right_shift(distinct, _HALF), tf.cast(distinct, tf.int32), *sums


def best(
    lists: Flat, batch: tf.Tensor, k: int, pad: tf.Tensor, tags: tf.Tensor | None = None
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The k best of each list by value, best first; ties go to the lower id. Values at or below 0 do not count.

    Args:
        lists: of distinct ids, values int32, or float32 none of which is negative.
        batch: int32 scalar.
        k: how many.
        pad: int32 scalar, below 2 ** 23 (`state.MOST_ARTICLES`).
        tags: `[total]` int32 in [0, 256), or None.

    Returns:
        ids `[batch, k]` int32, padded, their values `[batch, k]` and tags `[batch, k]` int32 (0 for padding).
    """
    # One number a candidate, so that no order has to be applied to the rest of it: value, distance of the id, tag.
    # Floats that are not negative are ordered as their bits are.
    value = tf.cast(tf.bitcast(lists.values, tf.int32), tf.int64)
    packed = tf.bitwise.left_shift(value, _HALF) + tf.bitwise.left_shift(tf.cast(pad - lists.ids, tf.int64), TAG_BITS)
    if tags is not None:
        packed += tf.cast(tags, tf.int64)
    ragged = tf.RaggedTensor.from_value_rowids(
        tf.where(lists.values > 0, packed, 0), lists.owners, tf.cast(batch, tf.int64), validate=False
    )
    padded = ragged.to_tensor()
    missing = tf.maximum(k - tf.shape(padded)[1], 0)
    found = tf.math.top_k(tf.pad(padded, [[0, 0], [0, missing]]), k).values
    values = tf.cast(tf.bitwise.right_shift(found, _HALF), tf.int32)
    rest = tf.cast(found, tf.int32)  # the lower half
    ids = pad - tf.bitwise.right_shift(rest, TAG_BITS)
    return ids, tf.bitcast(values, lists.values.dtype), tf.bitwise.bitwise_and(rest, 2**TAG_BITS - 1)


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
    if values.shape[0] == 0:  # an empty table, such as `history` if no customer bought twice
        return tf.fill([tf.shape(rows)[0], length], tf.cast(default, values.dtype))
    start = tf.gather(offsets, rows)[:, None]
    end = tf.gather(offsets, rows + 1)[:, None]
    position = start + tf.range(length, dtype=tf.int32)[None, :]
    inside = position < end
    safe = tf.where(inside, position, 0)
    return tf.where(inside, tf.gather(values, safe), tf.cast(default, values.dtype))


def merge_min(ids: tf.Tensor, values: tf.Tensor, pad: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The least value of equal ids within each row.

    Args:
        ids: `[batch, n]` int32, padded with `pad`.
        values: `[batch, n]` float32.
        pad: int32 scalar.

    Returns:
        ids `[batch, n]` int32, ascending and distinct but for the padding behind them, and the minima
        `[batch, n]` float32 (float32's maximum behind the last id).
    """
    shape = tf.shape(ids)
    order = tf.argsort(ids, axis=1)
    sorted_ids = tf.gather(ids, order, batch_dims=1)
    starts = tf.concat([tf.zeros_like(ids[:, :1]), tf.cast(sorted_ids[:, 1:] != sorted_ids[:, :-1], tf.int32)], 1)
    segments = tf.cumsum(starts, axis=1) + tf.range(shape[0])[:, None] * shape[1]
    least_ids, least = (
        tf.reshape(
            tf.math.unsorted_segment_min(tf.reshape(each, [-1]), tf.reshape(segments, [-1]), tf.size(ids)), shape
        )
        for each in (sorted_ids, tf.gather(values, order, batch_dims=1))
    )
    return tf.minimum(least_ids, pad), least


def first(ids: tf.Tensor, k: tf.Tensor | int, pad: tf.Tensor) -> tf.Tensor:
    """The first k ids of each list that are not padding, in order.

    Args:
        ids: `[batch, n]` int32, padding anywhere.
        k: number of ids.
        pad: int32 scalar.

    Returns:
        `[batch, k]` int32, padded at the end.
    """
    missing = tf.maximum(k - tf.shape(ids)[1], 0)
    ids = tf.pad(ids, [[0, 0], [0, missing]], constant_values=pad)
    width = tf.shape(ids)[1]
    place = tf.where(ids < pad, width - tf.range(width)[None, :], 0)
    _, position = tf.math.top_k(place, k)  # ties, which only padding has, go to the first position
    return tf.gather(ids, position, batch_dims=1)


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


def _keys(owners, ids):
    return tf.bitwise.left_shift(owners, _HALF) + tf.cast(ids, tf.int64)
