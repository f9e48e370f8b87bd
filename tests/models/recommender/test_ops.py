"""The batched list operations against plain Python, on lists of every shape."""

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
    """Ids `[batch, n]` with padding, and values that are 0 there."""
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
    assert list(zip(*(each.numpy() for each in (found.owners, found.ids, found.values)), strict=True)) == wanted


@quick
@given(lists())
def test_merge_sums_adds_up_equal_ids_of_a_row(pair):
    ids, values = pair
    # As the channels do: each list names an id at most once a bit; here every place has its own bit.
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
def test_merge_min_keeps_the_least(pair):
    ids, values = pair
    merged, least = ops.merge_min(tf.constant(ids), tf.constant(values), tf.constant(PAD))
    for row, low, before, weights in zip(merged.numpy(), least.numpy(), ids, values, strict=True):
        wanted = grouped(before, weights)
        assert row.tolist() == [*wanted, *[PAD] * (len(row) - len(wanted))]
        assert low[: len(wanted)].tolist() == [min(each) for each in wanted.values()]


@quick
@given(lists(), st.lists(st.integers(0, PAD), min_size=1, max_size=6))
def test_sums_at_adds_up_what_a_row_has_of_each_id(pair, wanted):
    asked = np.tile(np.array(wanted, np.int32), (len(pair[0]), 1))
    found = ops.sums_at(tf.constant(asked), flat(*pair)).numpy()
    for answers, *row in zip(found, *pair, strict=True):
        known = grouped(*row)
        assert answers.tolist() == [sum(known.get(i, [0])) for i in wanted]


@quick
@given(lists(), st.integers(1, 12))
def test_best_is_the_k_best_with_their_tags_the_lower_id_first(pair, k):
    ids, values = pair
    owners, merged, sums = ops.merge_sums(flat(ids, values).keys, flat(ids, values).values)
    for scores in (sums, tf.cast(sums * 4, tf.int32)):
        lists = ops.Flat(owners, merged, scores)
        found = ops.best(lists, tf.constant(len(ids)), k, tf.constant(PAD), tags=merged + 100)
        for before, weights, *row in zip(ids, values, *(each.numpy().tolist() for each in found), strict=True):
            known = {i: sum(each) for i, each in grouped(before, weights).items()}
            order = sorted(known, key=lambda i: (-known[i], i))[:k]
            none = [0] * (k - len(order))
            times = 1 if scores.dtype == tf.float32 else 4
            assert row[0] == order + [PAD] * len(none)
            assert row[1] == [times * known[i] for i in order] + none
            assert row[2] == [i + 100 for i in order] + none


def test_best_of_nobody_and_of_nothing_is_padding():
    nothing = ops.Flat(tf.zeros([0], tf.int64), tf.zeros([0], tf.int32), tf.zeros([0]))
    assert ops.best(nothing, tf.constant(0), 3, tf.constant(PAD))[0].shape == (0, 3)
    assert ops.best(nothing, tf.constant(2), 3, tf.constant(PAD))[0].numpy().tolist() == [[PAD] * 3] * 2
    unsold = ops.Flat(tf.constant([0, 0], tf.int64), tf.constant([4, 2]), tf.constant([0.0, 1e-30]))
    assert ops.best(unsold, tf.constant(1), 3, tf.constant(PAD))[0].numpy().tolist() == [[2, PAD, PAD]]


def test_the_largest_ids_and_values_fit():
    pad = 2**23 - 1
    ids, votes = tf.constant([0, pad - 1]), tf.constant([2**31 - 1] * 2)
    found = ops.best(
        ops.Flat(tf.zeros([2], tf.int64), ids, votes), tf.constant(1), 2, tf.constant(pad), tf.constant([255, 0])
    )
    assert [each.numpy().tolist() for each in found] == [[[0, pad - 1]], [[2**31 - 1] * 2], [[255, 0]]]


@quick
@given(lists(distinct=True), st.integers(1, 12))
def test_top_is_the_k_best_then_padding(pair, k):
    ids, values = pair
    best, scores = ops.top(tf.constant(ids), tf.constant(values), k, tf.constant(PAD))
    assert best.shape == (len(ids), k)
    for row, score, before, weights in zip(best.numpy(), scores.numpy(), ids, values, strict=True):
        order = sorted(range(len(before)), key=lambda at: (-weights[at], at))[:k]
        assert row.tolist() == [*before[order], *[PAD] * (k - len(order))]
        assert score.tolist() == [*weights[order], *[0.0] * (k - len(order))]


def test_top_leaves_out_scores_that_are_not_above_nothing():
    ids, scores = ops.top(tf.constant([[3, 4, 5]]), tf.constant([[0.0, -1.0, 2.0]]), 2, tf.constant(PAD))
    assert ids.numpy().tolist() == [[5, PAD]]
    assert scores.numpy().tolist() == [[2.0, 0.0]]


@quick
@given(st.lists(st.lists(st.integers(0, 99), max_size=5), min_size=1, max_size=5), st.integers(1, 6))
def test_gather_rows_reads_a_compressed_table(rows, length):
    flat = [value for row in rows for value in row] or [0]
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    asked = np.arange(len(rows), dtype=np.int32)[::-1].copy()
    found = ops.gather_rows(tf.constant(offsets), tf.constant(flat, tf.int32), tf.constant(asked), length, -1).numpy()
    assert found.tolist() == [(rows[i][:length] + [-1] * length)[:length] for i in asked]


@pytest.mark.parametrize("kind", [tf.int32, tf.float32])
def test_what_is_gathered_keeps_its_type(kind):
    found = ops.gather_rows(tf.constant([0, 1, 1]), tf.constant([5], kind), tf.constant([0, 1]), 2, 0)
    assert found.dtype == kind
