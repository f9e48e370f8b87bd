"""The batched list operations, compared with plain Python on lists of any shape."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.recommender import ops

PAD = 9
quick = settings(max_examples=40)


@st.composite
def lists(draw, distinct=False):
    """Draws items `[batch, n]` with padding, and values that are 0 for padding."""
    batch, n = draw(st.integers(1, 3)), draw(st.integers(1, 8))
    ids = [
        draw(st.lists(st.integers(0, PAD), min_size=n, max_size=n))
        if not distinct
        else [*draw(st.permutations(range(PAD)))[:n]]
        for _ in range(batch)
    ]
    values = [[0.0 if i == PAD else draw(st.integers(1, 50)) / 4 for i in row] for row in ids]
    return np.array(ids, np.int32), np.array(values, np.float32)


def grouped(ids, values):
    found: dict = {}
    for i, value in zip(ids.tolist(), values.tolist(), strict=True):
        if i < PAD:
            found.setdefault(i, []).append(value)
    return dict(sorted(found.items()))


def flat(ids, values):
    return ops.flatten(tf.constant(ids), tf.constant(values), tf.constant(PAD))


@quick
@given(lists())
def test_a_flat_list_has_no_padding_and_keeps_its_order(pair):
    found = flat(*pair)
    wanted = [
        (row, i, v)
        for row, (ids, values) in enumerate(zip(*pair, strict=True))
        for i, v in zip(ids, values, strict=True)
        if i < PAD
    ]
    assert list(zip(*(each.numpy() for each in (found.owners, found.items, found.values)), strict=True)) == wanted


@quick
@given(lists())
def test_merge_sums_sums_equal_items_of_a_list(pair):
    ids, values = pair
    # As in channels, each list holds an item at most once per bit; here every place has its own bit.
    bits = np.broadcast_to(1 << np.arange(ids.shape[1], dtype=np.int32), ids.shape)
    owners, merged, sums, names = ops.merge_sums(
        flat(ids, values).keys, flat(ids, values).values, flat(ids, bits).values
    )
    found = dict(
        zip(
            zip(owners.numpy(), merged.numpy(), strict=True), zip(sums.numpy(), names.numpy(), strict=True), strict=True
        )
    )
    assert len(found) == len(owners)
    assert sorted(owners.numpy()) == owners.numpy().tolist()
    assert found == {
        (row, i): (sum(each), sum(1 << at for at, name in enumerate(ids[row]) if name == i))
        for row in range(len(ids))
        for i, each in grouped(ids[row], values[row]).items()
    }


@quick
@given(lists())
def test_merge_min_keeps_the_minimum(pair):
    ids, values = pair
    merged, least = ops.merge_min(tf.constant(ids), tf.constant(values), tf.constant(PAD))
    for row, low, before, weights in zip(merged.numpy(), least.numpy(), ids, values, strict=True):
        wanted = grouped(before, weights)
        assert row.tolist() == [*wanted, *[PAD] * (len(row) - len(wanted))]
        assert low[: len(wanted)].tolist() == [min(each) for each in wanted.values()]


@quick
@given(lists(), st.lists(st.integers(0, PAD), min_size=1, max_size=6))
def test_sums_of_sums_the_values_of_each_wanted_item(pair, wanted):
    asked = np.tile(np.array(wanted, np.int32), (len(pair[0]), 1))
    found = ops.sums_of(tf.constant(asked), flat(*pair)).numpy()
    for answers, *row in zip(found, *pair, strict=True):
        known = grouped(*row)
        assert answers.tolist() == [sum(known.get(i, [0])) for i in wanted]


@quick
@given(lists(), st.integers(1, 12))
def test_top_k_flat_returns_the_k_best_with_tags_lower_item_first(pair, k):
    ids, values = pair
    owners, merged, sums = ops.merge_sums(flat(ids, values).keys, flat(ids, values).values)
    for scores in (sums, tf.cast(sums * 4, tf.int32)):
        lists = ops.Flat(owners, merged, scores)
        found = ops.top_k_flat(lists, tf.constant(len(ids)), k, tf.constant(PAD), tags=merged + 100)
        for before, weights, *row in zip(ids, values, *(each.numpy().tolist() for each in found), strict=True):
            known = {i: sum(each) for i, each in grouped(before, weights).items()}
            order = sorted(known, key=lambda i: (-known[i], i))[:k]
            none = [0] * (k - len(order))
            times = 1 if scores.dtype == tf.float32 else 4
            assert row[0] == order + [PAD] * len(none)
            assert row[1] == [times * known[i] for i in order] + none
            assert row[2] == [i + 100 for i in order] + none


def test_top_k_flat_of_empty_lists_is_padding():
    nothing = ops.Flat(tf.zeros([0], tf.int64), tf.zeros([0], tf.int32), tf.zeros([0]))
    assert ops.top_k_flat(nothing, tf.constant(0), 3, tf.constant(PAD))[0].shape == (0, 3)
    assert ops.top_k_flat(nothing, tf.constant(2), 3, tf.constant(PAD))[0].numpy().tolist() == [[PAD] * 3] * 2
    unsold = ops.Flat(tf.constant([0, 0], tf.int64), tf.constant([4, 2]), tf.constant([0.0, 1e-30]))
    assert ops.top_k_flat(unsold, tf.constant(1), 3, tf.constant(PAD))[0].numpy().tolist() == [[2, PAD, PAD]]


def test_the_largest_items_and_values_fit():
    pad = 2**31 - 1
    ids, votes = tf.constant([0, pad - 1]), tf.constant([2**31 - 1] * 2)
    found = ops.top_k_flat(
        ops.Flat(tf.zeros([2], tf.int64), ids, votes), tf.constant(1), 2, tf.constant(pad), tf.constant([2**31 - 1, 0])
    )
    assert [each.numpy().tolist() for each in found] == [[[0, pad - 1]], [[2**31 - 1] * 2], [[2**31 - 1, 0]]]


def test_the_names_of_set_bits_are_joined_in_the_order_of_the_bits():
    names = tf.constant([f"n{i}" for i in range(31)])
    bits = tf.constant([[0, 1, 0b1010], [2**30, 2**30 + 2**4, 2**31 - 1]])
    found = ops.joined_names(names, bits).numpy()
    assert found[0].tolist() == [b"", b"n0", b"n1,n3"]
    assert found[1].tolist() == [b"n30", b"n4,n30", ",".join(f"n{i}" for i in range(31)).encode()]


def test_joined_names_has_the_shape_of_the_bits():
    names = tf.constant(["a", "b"])
    assert ops.joined_names(names, tf.zeros([0, 3], tf.int32)).shape == (0, 3)
    assert ops.joined_names(names, tf.zeros([2, 0], tf.int32)).shape == (2, 0)


@quick
@given(lists(distinct=True), st.integers(1, 12))
def test_top_k_returns_the_k_best_then_padding(pair, k):
    ids, values = pair
    best, scores = ops.top_k(tf.constant(ids), tf.constant(values), k, tf.constant(PAD))
    assert best.shape == (len(ids), k)
    for row, score, before, weights in zip(best.numpy(), scores.numpy(), ids, values, strict=True):
        order = sorted(range(len(before)), key=lambda at: (-weights[at], at))[:k]
        assert row.tolist() == [*before[order], *[PAD] * (k - len(order))]
        assert score.tolist() == [*weights[order], *[0.0] * (k - len(order))]


def test_top_k_leaves_out_scores_at_or_below_zero():
    ids, scores = ops.top_k(tf.constant([[3, 4, 5]]), tf.constant([[0.0, -1.0, 2.0]]), 2, tf.constant(PAD))
    assert ids.numpy().tolist() == [[5, PAD]]
    assert scores.numpy().tolist() == [[2.0, 0.0]]


@quick
@given(st.lists(st.lists(st.integers(0, 99), max_size=5), min_size=1, max_size=5), st.integers(1, 6))
def test_gather_lists_reads_a_compressed_table(rows, length):
    flat = [value for row in rows for value in row] or [0]
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    asked = np.arange(len(rows), dtype=np.int32)[::-1].copy()
    found = ops.gather_lists(tf.constant(offsets), tf.constant(flat, tf.int32), tf.constant(asked), length, -1).numpy()
    assert found.tolist() == [(rows[i][:length] + [-1] * length)[:length] for i in asked]


@pytest.mark.parametrize("kind", [tf.int32, tf.float32])
def test_gather_lists_keeps_the_dtype(kind):
    found = ops.gather_lists(tf.constant([0, 1, 1]), tf.constant([5], kind), tf.constant([0, 1]), 2, 0)
    assert found.dtype == kind
