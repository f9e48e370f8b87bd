"""The moments of an evaluation, compared with figures by hand and with intervals of the differences themselves."""

import functools
import math

import numpy as np
import pytest

from components.evaluation.metric import figures
from components.evaluation.moments import Moments
from models.metrics import METRICS
from models.rankings import LAST_BLESSED, RANKINGS, SIMPLE

K = 12


def ranking(*articles):
    """Returns a padded ranking, `[12]` strings."""
    return np.array([*articles, *[""] * (K - len(articles))])


def counted(recommended, own=(), popular=(), new=(), last=(), purchased=("a",)):
    """Moments of one customer."""
    moments = Moments()
    lists = np.stack([ranking(*articles) for articles in (recommended, own, popular, new)])
    moments.add(lists, ranking(*last), list(purchased))
    return moments


def random_customers(count, seed=3):
    """(rankings [4, 12], last [12], purchased) of customers who buy among twenty articles."""
    draw = np.random.default_rng(seed)
    articles = np.array([f"a{i}" for i in range(20)])
    for _ in range(count):
        lists = np.stack([draw.permutation(articles)[:K] for _ in range(5)])
        yield lists[:4], lists[4], draw.choice(articles, draw.integers(1, 6), replace=False).tolist()


def average_precision(articles, purchased):
    """Computes the average precision at 12 by its definition, hit by hit."""
    hits, total = 0, 0.0
    for place, article in enumerate(articles, 1):
        if article in purchased:
            hits += 1
            total += hits / place
    return total / min(len(purchased), K)


def all_counted(customers):
    moments = Moments()
    for rankings, last, purchased in customers:
        moments.add(rankings, last, purchased)
    return moments


def test_one_customer_by_hand():
    # Bought x, y, z; x is at place 2, z at place 4.
    moments = counted(["a", "x", "b", "z"], purchased=["x", "y", "z"])
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert moments.mean("precision_at_12", "recommended") == pytest.approx(2 / 12)
    assert moments.mean("recall_at_12", "recommended") == pytest.approx(2 / 3)
    assert moments.mean("map_at_12", "recommended") == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert moments.mean("ndcg_at_12", "recommended") == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)


def test_every_ranking_has_its_own_figures():
    moments = counted(["a"], own=["x", "a"], popular=["x", "y", "a"], new=["x", "y", "z", "a"], last=[*"vwxyza"])
    places = {"recommended": 1, "own_purchases": 2, "popular": 3, "new_to_customer": 4, LAST_BLESSED: 6}
    assert set(places) == {*RANKINGS, LAST_BLESSED}
    for name, place in places.items():
        assert moments.mean("map_at_12", name) == pytest.approx(1 / place)
        assert moments.mean("ndcg_at_12", name) == pytest.approx(1 / math.log2(place + 1))
        assert moments.mean("precision_at_12", name) == pytest.approx(1 / 12)
        assert moments.mean("recall_at_12", name) == 1.0


def test_padding_is_not_a_hit():
    assert counted([], purchased=["a"]).mean("map_at_12", "recommended") == 0.0


def test_an_article_bought_twice_counts_once():
    assert counted(["a"], purchased=["a", "a"]).mean("recall_at_12", "recommended") == 1.0


def test_means_are_over_customers():
    moments = counted(["a"]).merge(counted(["x", "a"])).merge(counted([]))
    assert moments.customers == 3
    assert moments.mean("map_at_12", "recommended") == pytest.approx((1 + 1 / 2 + 0) / 3)


@pytest.mark.parametrize("other", [*SIMPLE, LAST_BLESSED])
def test_the_interval_is_that_of_the_differences_by_customer(other):
    customers = list(random_customers(60))
    row = {"own_purchases": 1, "popular": 2}
    differences = np.array(
        [
            average_precision(rankings[0], purchased)
            - average_precision(last if other == LAST_BLESSED else rankings[row[other]], purchased)
            for rankings, last, purchased in customers
        ]
    )
    half = 1.96 * differences.std(ddof=1) / math.sqrt(len(differences))
    bounds = all_counted(customers).difference(other)
    assert bounds.mean == pytest.approx(differences.mean())
    assert bounds.low == pytest.approx(differences.mean() - half)
    assert bounds.high == pytest.approx(differences.mean() + half)
    assert bounds.low < bounds.mean < bounds.high


def test_the_interval_of_a_metric_ends_at_zero_and_one():
    """Three customers, two of whom got nothing, or nearly everything, right: 1.96 deviations reach beyond the range."""
    few = counted([]).merge(counted([])).merge(counted(["x", "a"])).bounds("map_at_12", "recommended")
    half = 1.96 * (1 / 2) / 3  # of the values 0, 0, 1/2 the mean is 1/6 and the deviation 1 / (2 * sqrt(3))
    assert (few.low, few.mean, few.high) == (0.0, pytest.approx(1 / 6), pytest.approx(1 / 6 + half))
    most = counted(["a"]).merge(counted(["a"])).merge(counted(["x", "a"])).bounds("map_at_12", "recommended")
    assert (most.low, most.high) == (pytest.approx(5 / 6 - half), 1.0)


def test_equal_differences_give_an_interval_of_width_zero():
    # Ours at place 1, own purchases at place 2: 1 - 1/2 for every customer.
    bounds = functools.reduce(Moments.merge, [counted(["a"], own=["x", "a"])] * 5).difference("own_purchases")
    assert (bounds.low, bounds.mean, bounds.high) == pytest.approx((0.5, 0.5, 0.5))


def test_the_order_and_grouping_of_merging_do_not_matter():
    parts = [all_counted(list(random_customers(7, seed))) for seed in range(3)]
    one, two, three = parts
    together = all_counted(customer for seed in range(3) for customer in random_customers(7, seed))
    for merged in (one.merge(two).merge(three), one.merge(two.merge(three)), three.merge(one).merge(two)):
        np.testing.assert_allclose(merged.values, together.values, rtol=1e-12)
    np.testing.assert_array_equal(one.merge(Moments()).values, one.values)


def test_merging_does_not_change_its_operands():
    one, two = counted(["a"]), counted([])
    one.merge(two)
    assert (one.customers, two.customers) == (1, 1)


def test_the_best_simple_baseline_is_the_one_with_the_higher_map():
    assert counted([], own=["a"], popular=["x", "a"]).best_simple() == "own_purchases"
    assert counted([], own=["x", "a"], popular=["a"]).best_simple() == "popular"


def test_the_figures_have_the_bounds_of_both_differences():
    """The article is at places 1 and 2 of ours and at place 3 of own purchases and the last blessed model."""
    others = {"own": ["x", "y", "a"], "last": ["x", "y", "a"]}
    found = figures(counted(["a"], **others).merge(counted(["x", "a"], **others)))
    half = 1.96 * 0.25  # the differences are 2/3 and 1/6: sd sqrt(2)/4, by sqrt(2) customers
    for difference in ("difference_best_simple", "difference_last_blessed"):
        bounds = [found[f"{difference}/{bound}"] for bound in ("mean", "low", "high")]
        assert bounds == pytest.approx([5 / 12, 5 / 12 - half, 5 / 12 + half])


def test_without_customers_every_figure_is_nan():
    for ranking_name in (*RANKINGS, LAST_BLESSED):
        for metric in METRICS:
            assert math.isnan(Moments().mean(metric, ranking_name))


@pytest.mark.parametrize("moments", [Moments(), counted(["a"])], ids=["none", "one"])
def test_fewer_than_two_customers_give_an_infinite_interval(moments):
    bounds = moments.difference(LAST_BLESSED)
    assert (bounds.low, bounds.high) == (-math.inf, math.inf)


def test_the_interval_of_a_metric_is_the_mean_and_1_96_standard_errors():
    # Average precision of twelve customers: 1, 1/2 and 0, four each; the squared deviations 8 / 4 over 11 are sd^2.
    three = counted(["a"]).merge(counted(["x", "a"])).merge(counted([]))
    moments = functools.reduce(Moments.merge, [three] * 4)
    bounds = moments.bounds("map_at_12", "recommended")
    assert bounds.mean == pytest.approx(0.5)
    assert bounds.high - bounds.mean == pytest.approx(1.96 * math.sqrt(2 / 11 / 12))
    assert bounds.mean - bounds.low == pytest.approx(bounds.high - bounds.mean)


def test_every_mean_has_an_interval_among_the_figures():
    values = figures(counted(["a"], popular=["x", "a"]).merge(counted(["a"], popular=["a"])))
    assert (values["map_at_12/low"], values["map_at_12/high"]) == (1.0, 1.0)
    assert values["map_at_12/popular/low"] < values["map_at_12/popular"] == 0.75 < values["map_at_12/popular/high"]


def test_one_customer_has_a_mean_but_no_finite_interval():
    values = figures(counted(["a"]))
    assert (values["map_at_12"], values["map_at_12/low"], values["map_at_12/high"]) == (1.0, -math.inf, math.inf)
