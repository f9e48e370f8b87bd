"""Labels, random lists and recall, compared with values worked out by hand."""

import numpy as np
import pyarrow as pa
import pytest

from components.candidates.lists import Labels, as_table, group_labels, random_lists, random_parts, recall, sample

BOUGHT = pa.table({"customer_row": [2, 2, 5, 7, 7, 7], "article_row": [0, 3, 1, 0, 1, 2]})
LABELS = Labels(
    customer_rows=np.array([2, 5, 7], np.int32),
    offsets=np.array([0, 2, 3, 6]),
    article_rows=np.array([0, 3, 1, 0, 1, 2], np.int32),
)


def sets(labels):
    return {
        int(customer): set(labels.article_rows[labels.offsets[i] : labels.offsets[i + 1]].tolist())
        for i, customer in enumerate(labels.customer_rows)
    }


def test_labels_are_grouped_by_customer():
    labels = group_labels(BOUGHT, limit=10, seed=0)
    assert sets(labels) == {2: {0, 3}, 5: {1}, 7: {0, 1, 2}}


def test_customers_above_the_limit_are_sampled_with_all_their_purchases():
    chosen = {tuple(sets(group_labels(BOUGHT, limit=2, seed=seed))) for seed in range(30)}
    assert chosen == {(2, 5), (2, 7), (5, 7)}
    assert sets(group_labels(BOUGHT, 2, 1)) == sets(group_labels(BOUGHT, 2, 1))
    for seed in range(5):
        found = sets(group_labels(BOUGHT, limit=2, seed=seed))
        assert all(articles == {2: {0, 3}, 5: {1}, 7: {0, 1, 2}}[customer] for customer, articles in found.items())


def test_parts_are_random_and_cover_all_customers():
    halves = [[sets(part) for part in random_parts(LABELS, size=2, seed=seed)] for seed in range(30)]
    assert {tuple(first) for first, _ in halves} == {(2, 5), (2, 7), (5, 7)}
    for first, second in halves:
        assert {**first, **second} == sets(LABELS)
        assert not set(first) & set(second)
    (whole,) = random_parts(LABELS, size=3, seed=0)
    assert sets(whole) == sets(LABELS)


def test_a_week_without_purchases_has_no_labels():
    empty = group_labels(BOUGHT.slice(0, 0), 10, 0)
    assert len(empty.customer_rows) == 0
    assert recall(np.zeros((0, 4), bool), empty) == 0.0


def test_random_lists_hold_all_positives_and_random_negatives():
    rows, bought = random_lists(LABELS, num_articles=50, per_positive=4, seed=1)
    assert rows.shape == bought.shape == (3, 15)
    for (_, positives), row, hits in zip(sets(LABELS).items(), rows, bought, strict=True):
        real = row < 50
        assert set(row[hits].tolist()) == positives
        assert not set(row[real & ~hits].tolist()) & positives
        assert (real & ~hits).sum() <= 4 * len(positives)
        assert len(set(row[real].tolist())) == real.sum()


def test_recall_is_the_mean_share_of_purchases_among_candidates():
    hits = np.array([[True, False], [True, False], [True, True]])
    assert recall(hits, LABELS) == pytest.approx((1 / 2 + 1 + 2 / 3) / 3)


def test_lists_without_a_positive_and_padding_are_left_out():
    rows = np.array([[4, 1, 9, 9], [5, 6, 9, 9]], np.int32)
    hits = np.array([[False, True, False, False], [False] * 4])
    table = as_table(18_000, np.array([3, 4]), rows, hits, pad=9)
    assert table.to_pylist() == [{"day": 18_000, "customer_row": 3, "article_rows": [4, 1], "labels": [0, 1]}]


def test_lists_above_the_limit_are_sampled_in_order():
    table = as_table(
        day=3,
        customer_rows=np.arange(6, dtype=np.int32),
        article_rows=np.array([[0, 1]] * 6, np.int32),
        bought=np.array([[True, False]] * 4 + [[False, False]] * 2),
        pad=2,
    )
    kept = sample(table, 2, seed=0)["customer_row"].to_pylist()
    assert len(set(kept)) == 2
    assert kept == sorted(kept)
    assert set(kept) <= {0, 1, 2, 3}
