"""Intervals of hit rates respect that the articles of one customer are no independent trials."""

import math

import numpy as np
import pytest

from operations.feedback.hit_rates import Totals, hit_rate, wilson


def totals(shown, bought):
    """Totals of customers with these numbers of shown and bought articles."""
    n, h = np.array(shown), np.array(bought)
    return Totals(
        customers=len(n),
        shown=int(n.sum()),
        bought=int(h.sum()),
        shown_shown=int((n * n).sum()),
        shown_bought=int((n * h).sum()),
        bought_bought=int((h * h).sum()),
    )


def test_the_variance_is_that_of_a_ratio_of_cluster_totals():
    """Residuals by hand: the rate is 4/16, so 2 - 1 = 1, 1 - 1 = 0, 1 - 2 = -1."""
    found = totals([4, 4, 8], [2, 1, 1])
    assert found.rate == 0.25
    assert found.variance == pytest.approx(3 / 2 * (1 + 0 + 1) / 16**2)


def test_one_article_for_each_customer_gives_wilsons_interval():
    """Then the articles are independent; the sample variance differs from the binomial one by n / (n - 1)."""
    found = hit_rate("all", totals([1] * 1000, [1] * 100 + [0] * 900))
    low, high = wilson(0.1, 1000)
    assert (found.low, found.high) == pytest.approx((low, high), abs=2e-5)


def test_customers_who_buy_everything_or_nothing_count_as_one_trial_each():
    found = hit_rate("all", totals([10] * 200, [10] * 50 + [0] * 150))
    low, high = wilson(0.25, 200)
    assert (found.low, found.high) == pytest.approx((low, high), abs=2e-4)


def test_without_a_purchase_the_trials_are_the_customers():
    found = hit_rate("all", totals([12] * 30, [0] * 30))
    assert (found.rate, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(3.84146 / (30 + 3.84146), abs=1e-5)


def test_one_customer_tells_little():
    found = hit_rate("all", totals([12], [6]))
    assert found.low < 0.06
    assert found.high > 0.94


def test_the_intervals_cover_the_true_rate():
    """1,000 shops of 300 customers whose hit rates differ: 95 % of the intervals hold the true rate, 0.05."""
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(1000):
        shown = rng.integers(1, 30, 300)
        bought = rng.binomial(shown, rng.beta(0.5, 9.5, 300))
        found = hit_rate("all", totals(shown, bought))
        covered += found.low <= 0.05 <= found.high
    assert 0.93 <= covered / 1000 <= 0.97


def test_wilsons_interval_solves_its_equation():
    """The bounds p fulfil (rate - p)^2 = z^2 p (1 - p) / n."""
    for bound in wilson(0.3, 50):
        assert (0.3 - bound) ** 2 == pytest.approx(1.959964**2 * bound * (1 - bound) / 50)
    assert not math.isnan(sum(wilson(1.0, 3)))
