"""Batched operations on short lists of items: ragged gather, merging of duplicates, sums and top k.

Items are int32 numbers: article rows, or the codes of a group. A list is a pair of `[batch, n]` tensors: `items`,
padded with `pad` (the number of articles, which is larger than every row and sorts last), and `values`. Most of it is
often padding; `Flat` has none.
"""

import dataclasses

import tensorflow as tf

MASKED_SCORE = -1e30  # of places without an article
_HALF_BITS = 32  # of an int64


@dataclasses.dataclass(frozen=True)
class Flat:
    """The concatenated lists of a batch, without padding.

    Attributes:
        owners: `[total]` int64 position of the list in the batch, ascending.
        items: `[total]` int32, which may repeat.
        values: `[total, ...]`.
    """

    owners: tf.Tensor
    items: tf.Tensor
    values: tf.Tensor

    @property
    def keys(self) -> tf.Tensor:
        """`[total]` int64: owner and item as one number."""
        return _keys(self.owners, self.items)


def flatten(items: tf.Tensor, values: tf.Tensor, pad: tf.Tensor) -> Flat:
    """Removes the padding of lists.

    Args:
        items: `[batch, n]` int32, padded.
        values: `[batch, n, ...]`.
        pad: int32 scalar.
    """
    at = tf.where(items < pad)
    return Flat(at[:, 0], tf.gather_nd(items, at), tf.gather_nd(values, at))


def keys(items: tf.Tensor) -> tf.Tensor:
    """Returns the keys of items `[batch, n]` int32, as in `Flat.keys`: `[batch * n]` int64."""
    return tf.reshape(_keys(tf.range(tf.shape(items, tf.int64)[0])[:, None], items), [-1])


def owners_of(keys: tf.Tensor) -> tf.Tensor:
    """Returns the owners of keys `[total]` int64: int32."""
    return tf.cast(tf.bitwise.right_shift(keys, _HALF_BITS), tf.int32)


def items_of(keys: tf.Tensor) -> tf.Tensor:
    """Returns the items of keys `[total]` int64: int32."""
    return tf.cast(keys, tf.int32)  # the lower half


def dense_numbers(*keys: tf.Tensor) -> tuple[list[tf.Tensor], tf.Tensor]:
    """Maps keys to numbers from 0 so that equal keys have equal numbers. Does not sort.

    Args:
        keys: `[n]` int64 each.

    Returns:
        Numbers `[n]` int32 for each of `keys`, and the count of distinct numbers, int32 scalar.
    """
    distinct, numbers = tf.unique(tf.concat(keys, 0))
    return tf.split(numbers, [tf.size(each) for each in keys], num=len(keys)), tf.size(distinct)


def sums_of(wanted: tf.Tensor, lists: Flat) -> tf.Tensor:
    """Sums the values that each list has for wanted items.

    Args:
        wanted: `[batch, m]` int32 items.
        lists: lists of the batch.

    Returns:
        `[batch, m]` sums, dtype of the values.
    """
    (number, list_number), count = dense_numbers(keys(wanted), lists.keys)
    sums = tf.math.unsorted_segment_sum(lists.values, list_number, count)
    return tf.reshape(tf.gather(sums, number), tf.shape(wanted))


def merge_sums(keys: tf.Tensor, *values: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Sums the values of equal keys.

    Args:
        keys: `[total]` int64, as `Flat.keys`.
        values: `[total]` numbers each.

    Returns:
        Owners `[n]` int64, ascending, their items `[n]` int32, and the sums of each of `values`, `[n]`.
    """
    distinct, numbers = tf.unique(keys)
    sums = (tf.math.unsorted_segment_sum(each, numbers, tf.size(distinct)) for each in values)
    return tf.bitwise.right_shift(distinct, _HALF_BITS), tf.cast(distinct, tf.int32), *sums


def top_k_flat(
    lists: Flat, batch: tf.Tensor, k: int, pad: tf.Tensor, tags: tf.Tensor | None = None
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Returns the k items of each list with the largest values above 0, largest first; ties go to the lower item.

    Args:
        lists: lists of distinct items; values int32, or float32 that are not negative.
        batch: int32 scalar, number of lists.
        k: number of items.
        pad: int32 scalar, below 2 ** 31.
        tags: `[total]` int32, or None.

    Returns:
        Items `[batch, k]` int32, padded; their values `[batch, k]`; their tags `[batch, k]` int32 (0 for padding).
    """
    # Packs value and distance of the item from `pad` in one number, so that one top_k orders both. Floats that are not
    # negative have the order of their bits.
    value = tf.cast(tf.bitcast(lists.values, tf.int32), tf.int64)
    distance = tf.cast(pad - lists.items, tf.int64)
    packed = tf.where(lists.values > 0, tf.bitwise.left_shift(value, _HALF_BITS) + distance, 0)
    found, position = tf.math.top_k(_dense(packed, lists.owners, batch, k), k)
    values = tf.cast(tf.bitwise.right_shift(found, _HALF_BITS), tf.int32)
    items = pad - tf.cast(found, tf.int32)  # the lower half
    of_items = tf.zeros_like(items)
    if tags is not None:
        of_items = tf.gather(
            _dense(tf.where(lists.values > 0, tags, 0), lists.owners, batch, k), position, batch_dims=1
        )
    return items, tf.bitcast(values, lists.values.dtype), of_items


def _dense(values: tf.Tensor, owners: tf.Tensor, batch: tf.Tensor, width: int) -> tf.Tensor:
    """Returns the values of each list as a row of at least `width`, padded with 0."""
    rows = tf.RaggedTensor.from_value_rowids(values, owners, tf.cast(batch, tf.int64), validate=False).to_tensor()
    return tf.pad(rows, [[0, 0], [0, tf.maximum(width - tf.shape(rows)[1], 0)]])


def joined_names(names: tf.Tensor, bits: tf.Tensor) -> tf.Tensor:
    """Joins the names whose bits are set by commas.

    Args:
        names: `[n]` string, at most 31; the i-th belongs to the bit of value 2 ** i.
        bits: int32 of any shape, not negative.

    Returns:
        Strings of the shape of `bits`; "" if no bit is set.
    """
    is_set = tf.bitwise.bitwise_and(bits[..., None], tf.bitwise.left_shift(1, tf.range(tf.size(names)))) > 0
    chosen = tf.boolean_mask(tf.broadcast_to(names, tf.shape(is_set)), is_set)
    lengths = tf.reshape(tf.math.count_nonzero(is_set, axis=-1, dtype=tf.int32), [-1])
    joined = tf.strings.reduce_join(tf.RaggedTensor.from_row_lengths(chosen, lengths), axis=-1, separator=",")
    return tf.reshape(joined, tf.shape(bits))


def gather_lists(offsets: tf.Tensor, values: tf.Tensor, rows: tf.Tensor, length: int, default) -> tf.Tensor:
    """Gathers the first `length` values of each list of a compressed table.

    Args:
        offsets: `[rows + 1]` int32, start of each list in `values`.
        values: `[total]` of any dtype.
        rows: `[batch]` int32 lists to gather.
        length: number of values.
        default: value for the rest of shorter lists.

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


def merge_min(items: tf.Tensor, values: tf.Tensor, pad: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Merges equal items of each list to the minimum of their values.

    Args:
        items: `[batch, n]` int32, padded with `pad`.
        values: `[batch, n]` float32.
        pad: int32 scalar.

    Returns:
        Items `[batch, n]` int32, ascending and distinct, padded at the end, and the minima `[batch, n]` float32
        (float32's maximum for padding).
    """
    shape = tf.shape(items)
    order = tf.argsort(items, axis=1)
    sorted_items = tf.gather(items, order, batch_dims=1)
    starts = tf.concat([tf.zeros_like(items[:, :1]), tf.cast(sorted_items[:, 1:] != sorted_items[:, :-1], tf.int32)], 1)
    segments = tf.cumsum(starts, axis=1) + tf.range(shape[0])[:, None] * shape[1]
    min_items, minima = (
        tf.reshape(
            tf.math.unsorted_segment_min(tf.reshape(each, [-1]), tf.reshape(segments, [-1]), tf.size(items)), shape
        )
        for each in (sorted_items, tf.gather(values, order, batch_dims=1))
    )
    return tf.minimum(min_items, pad), minima


def first_k(items: tf.Tensor, k: tf.Tensor | int, pad: tf.Tensor) -> tf.Tensor:
    """Returns the first k items of each list that are not padding, in order.

    Args:
        items: `[batch, n]` int32, with padding at any place.
        k: number of items.
        pad: int32 scalar.

    Returns:
        `[batch, k]` int32, padded at the end.
    """
    missing = tf.maximum(k - tf.shape(items)[1], 0)
    items = tf.pad(items, [[0, 0], [0, missing]], constant_values=pad)
    width = tf.shape(items)[1]
    place = tf.where(items < pad, width - tf.range(width)[None, :], 0)
    _, position = tf.math.top_k(place, k)  # ties, which only padding has, go to the first position
    return tf.gather(items, position, batch_dims=1)


def top_k(items: tf.Tensor, scores: tf.Tensor, k: int, pad: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the k items of each list with the largest scores above 0, largest first.

    Args:
        items: `[batch, n]` int32, padded.
        scores: `[batch, n]` float32.
        k: number of items.
        pad: int32 scalar.

    Returns:
        Items `[batch, k]` int32, padded, and their scores `[batch, k]` float32 (0 for padding).
    """
    missing = tf.maximum(k - tf.shape(items)[1], 0)
    items = tf.pad(items, [[0, 0], [0, missing]], constant_values=pad)
    scores = tf.pad(scores, [[0, 0], [0, missing]])
    best, position = tf.math.top_k(tf.where(items < pad, scores, 0.0), k)
    return tf.where(best > 0, tf.gather(items, position, batch_dims=1), pad), best


def _keys(owners, items):
    return tf.bitwise.left_shift(owners, _HALF_BITS) + tf.cast(items, tf.int64)
