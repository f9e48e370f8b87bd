"""The batched list operations against plain Python, on lists of every shape."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.recommender import ops

PAD = 9
quick = settings(max_examples=40, deadline=None, derandomize=True)


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


@quick
@given(lists())
def test_merge_sum_adds_up_equal_ids_in_ascending_order(pair):
    ids, values = pair
    merged, sums = ops.merge_sum(tf.constant(ids), tf.constant(PAD), tf.constant(values))
    assert merged.shape == ids.shape
    for row, total, before, weights in zip(merged.numpy(), sums.numpy(), ids, values, strict=True):
        wanted = {i: sum(each) for i, each in grouped(before, weights).items()}
        assert row.tolist() == [*wanted, *[PAD] * (len(row) - len(wanted))]
        assert total[: len(wanted)].tolist() == list(wanted.values())
        assert (total[len(wanted) :] == 0).all()


@quick
@given(lists())
def test_merge_sum_keeps_every_bit(pair):
    ids, values = pair
    # As the channels do: each list names an id at most once a bit; here every place has its own bit.
    bits = np.where(ids < PAD, 1 << np.arange(ids.shape[1]), 0).astype(np.int32)
    merged, _, summed = ops.merge_sum(tf.constant(ids), tf.constant(PAD), tf.constant(values), tf.constant(bits))
    for row, names, before in zip(merged.numpy(), summed.numpy(), ids, strict=True):
        for i, bit in zip(row.tolist(), names.tolist(), strict=True):
            assert bit == (sum(1 << at for at, name in enumerate(before) if name == i) if i < PAD else 0)


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
def test_lookup_finds_the_value_or_the_default(pair, wanted):
    ids, sums = ops.merge_sum(tf.constant(pair[0]), tf.constant(PAD), tf.constant(pair[1]))
    asked = np.tile(np.array(wanted, np.int32), (len(pair[0]), 1))
    found = ops.lookup(ids, sums, tf.constant(asked), default=-7.0).numpy()
    for before, weights, answers in zip(*pair, found, strict=True):
        known = {i: sum(each) for i, each in grouped(before, weights).items()}
        for i, answer in zip(wanted, answers, strict=True):
            if i < PAD:
                assert answer == known.get(i, -7.0)


@quick
@given(lists(), st.permutations(range(PAD)), st.integers(1, PAD), st.integers(0, 2))
def test_sums_at_is_what_lookup_finds_after_merge_sum(pair, order, size, padding):
    ids, values = pair
    wanted = np.tile(np.array([*order[:size], *[PAD] * padding], np.int32), (len(ids), 1))
    found = ops.sums_at(tf.constant(wanted), tf.constant(ids), tf.constant(values)).numpy()
    merged, sums = ops.merge_sum(tf.constant(ids), tf.constant(PAD), tf.constant(values))
    np.testing.assert_allclose(found, ops.lookup(merged, sums, tf.constant(wanted)), rtol=1e-6)
    for row, i, v in zip(found, ids, values, strict=True):
        sums_by_hand = {key: sum(each) for key, each in grouped(i, v).items()}
        np.testing.assert_allclose(row[:size], [sums_by_hand.get(w, 0) for w in order[:size]], rtol=1e-6)


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


@quick
@given(lists(distinct=True))
def test_sort_by_id_keeps_values_with_their_ids(pair):
    ids, values = ops.sort_by_id(*map(tf.constant, pair))
    for row, each, before, weights in zip(ids.numpy(), values.numpy(), *pair, strict=True):
        assert list(zip(row, each, strict=True)) == sorted(zip(before, weights, strict=True))


@pytest.mark.parametrize("kind", [tf.int32, tf.float32])
def test_what_is_gathered_keeps_its_type(kind):
    found = ops.gather_rows(tf.constant([0, 1, 1]), tf.constant([5], kind), tf.constant([0, 1]), 2, 0)
    assert found.dtype == kind
