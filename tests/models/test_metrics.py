"""The metrics equal values worked out by hand and, bit for bit, a second, literal implementation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics import (
    METRICS,
    bootstrap_interval,
    bootstrap_intervals,
    hit_matrix,
    ndcg,
    paired_difference,
    per_customer,
    recall,
)

K = 12


def literally(recommended, bought):
    """Computes MAP, NDCG, precision and recall at 12 of one customer, place by place."""
    seen, relevant = [], []
    for article in recommended[:K]:
        relevant.append(article in bought and article not in seen)
        seen.append(article)
    average_precision = gain = ideal = 0.0
    for place in range(1, len(relevant) + 1):
        if relevant[place - 1]:
            average_precision += sum(relevant[:place]) / place
            gain += 1 / math.log2(place + 1)
    for place in range(1, min(len(bought), K) + 1):
        ideal += 1 / math.log2(place + 1)
    found = sum(relevant)
    return average_precision / min(len(bought), K), gain / ideal, found / K, found / len(bought)


ids = st.integers(0, 20).map(lambda n: f"{n:010}")
customers = st.lists(st.tuples(st.lists(ids, max_size=15), st.sets(ids, min_size=1, max_size=15)), min_size=1)


@given(customers)
def test_every_value_equals_a_literal_implementation(pairs):
    values = per_customer([articles for articles, _ in pairs], [bought for _, bought in pairs])
    expected = [literally(articles, bought) for articles, bought in pairs]
    assert list(zip(*(values[name].tolist() for name in METRICS), strict=True)) == expected


@given(customers)
def test_bought_articles_first_is_the_best_order(pairs):
    shuffled = [articles for articles, _ in pairs]
    bought = [own for _, own in pairs]
    sorted_by_truth = [
        sorted(articles[:K], key=lambda a: a not in own) for articles, own in zip(shuffled, bought, strict=True)
    ]
    given_order, best_order = per_customer(shuffled, bought), per_customer(sorted_by_truth, bought)
    for name in METRICS:
        assert (best_order[name] >= given_order[name] - 1e-12).all()
        assert ((best_order[name] >= 0) & (best_order[name] <= 1 + 1e-12)).all()


@pytest.mark.parametrize(
    ("recommended", "bought", "expected"),
    [
        # one of one, in first place
        ("a", "a", (1, 1, 1 / 12, 1)),
        # one of one, in third place: 1/3; 1/log2(4) = 1/2
        ("xya", "a", (1 / 3, 1 / 2, 1 / 12, 1)),
        # places 1 and 3 of two bought: (1 + 2/3) / 2; (1 + 1/2) / (1 + 1/log2 3)
        ("axb", "ab", (5 / 6, 1.5 / (1 + 1 / math.log2(3)), 2 / 12, 1)),
        # a repeated hit counts once and keeps its place: a at 1, b at 3
        ("aab", "ab", (5 / 6, 1.5 / (1 + 1 / math.log2(3)), 2 / 12, 1)),
        # no hit; no recommendation
        ("xyz", "ab", (0, 0, 0, 0)),
        ("", "ab", (0, 0, 0, 0)),
        # thirteen bought, twelve of them recommended: MAP and NDCG are 1, recall is not
        ("abcdefghijkl", "abcdefghijklm", (1, 1, 1, 12 / 13)),
        # a hit in thirteenth place does not count
        ("bcdefghijklmna", "a", (0, 0, 0, 0)),
    ],
)
def test_values_worked_out_by_hand(recommended, bought, expected):
    values = per_customer([list(recommended)], [list(bought)])
    assert [values[name][0] for name in METRICS] == pytest.approx(expected, abs=1e-12)


def test_an_article_bought_twice_counts_once():
    assert per_customer([["a"]], [["a", "a"]])["recall_at_12"].tolist() == [1.0]


def test_customers_who_bought_nothing_are_refused():
    with pytest.raises(ValueError, match="only customers who bought are judged"):
        per_customer([["a"]], [[]])
    with pytest.raises(ValueError, match="num_bought must be at least 1"):
        recall(np.array([[True]]), [0])


def test_lists_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"must be of the same customers\. Received: 1 and 2"):
        hit_matrix([["a"]], [{"a"}, {"b"}])


def test_zero_customers_give_zero_values():
    assert {name: values.tolist() for name, values in per_customer([], []).items()} == {m: [] for m in METRICS}


def test_ndcg_of_a_shorter_list_uses_its_own_length():
    assert ndcg(np.array([[True, True]]), [5]).tolist() == pytest.approx([1.0])


def test_the_interval_equals_that_of_a_normal_distribution():
    values = np.random.default_rng(5).normal(3.0, 2.0, size=4000)
    interval = bootstrap_interval(values, seed=1, draws=2000)
    half = 1.96 * values.std() / math.sqrt(len(values))
    assert interval.mean == pytest.approx(values.mean())
    assert interval.low == pytest.approx(values.mean() - half, abs=0.1 * half)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.1 * half)


def test_the_interval_of_ones_and_zeros_is_binomial():
    values = np.repeat([1.0, 0.0], [30, 70])
    interval = bootstrap_interval(values, seed=2, draws=4000)
    # 2.5 % and 97.5 % points of Binomial(100, 0.3) are 21 and 39
    assert interval.low == pytest.approx(0.21, abs=0.011)
    assert interval.high == pytest.approx(0.39, abs=0.011)


def test_the_interval_depends_on_the_seed():
    values = np.arange(50.0)
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    assert bootstrap_interval(values, seed=1) != bootstrap_interval(values, seed=2)


def test_columns_have_the_same_intervals_together_and_alone():
    columns = {"a": np.arange(20.0), "b": np.arange(20.0) ** 2}
    together = bootstrap_intervals(columns, seed=3)
    for name, values in columns.items():
        alone = bootstrap_interval(values, seed=3)
        assert together[name].mean == pytest.approx(alone.mean)
        assert (together[name].low, together[name].high) == pytest.approx((alone.low, alone.high))


def test_a_narrower_level_lies_inside_a_wider_one():
    values = np.random.default_rng(0).normal(size=200)
    half, most = (bootstrap_interval(values, seed=1, level=level) for level in (0.5, 0.95))
    assert most.low < half.low < half.mean < half.high < most.high


def test_pairing_removes_the_variance_between_customers():
    base = np.random.default_rng(0).normal(0, 10, size=500)
    difference = paired_difference(base + 0.5, base, seed=1)
    assert (difference.mean, difference.low, difference.high) == pytest.approx((0.5, 0.5, 0.5))


def test_swapping_the_models_changes_the_sign():
    random = np.random.default_rng(0)
    ours, theirs = random.normal(size=100), random.normal(size=100)
    one, other = paired_difference(ours, theirs, seed=1), paired_difference(theirs, ours, seed=1)
    assert one.mean == pytest.approx(-other.mean)
    assert one.low == pytest.approx(-other.high)


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (lambda: bootstrap_interval([], seed=0), "at least one customer"),
        (lambda: bootstrap_interval([1.0], seed=0, level=1.0), "level must lie between 0 and 1. Received: 1.0"),
        (lambda: paired_difference([1.0], [1.0, 2.0], seed=0), "must be of the same customers"),
    ],
)
def test_wrong_arguments_of_intervals_are_refused(call, rule):
    with pytest.raises(ValueError, match=rule):
        call()
