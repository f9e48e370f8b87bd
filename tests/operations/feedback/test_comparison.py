"""The comparison of two labels, by customer, and its interval for repeated looks."""

import datetime

import numpy as np
import pytest

from components.report.feedback import HitRate
from operations.feedback.comparison import judged, sequence_factor
from operations.feedback.measure import measure
from tests.operations.feedback.transactions import write_transactions
from tests.serving.request_logs import answered, write_log

DAY = datetime.date(2020, 9, 1)


def compared(tmp_path, a, b):
    """Compares A with B; `a` and `b` are the bought articles, of 4 shown, by customer."""
    records, rows = [], [(DAY + datetime.timedelta(days=30), "last", "z")]
    for label, bought in (("A", a), ("B", b)):
        articles = [f"{label}{n}" for n in range(4)]
        customers = list(bought)
        records.append(answered(customers, [articles] * len(customers), day=DAY, label=label))
        rows += [(DAY, customer, article) for customer in customers for article in articles[: bought[customer]]]
    write_log(tmp_path / "log" / "1.tfrecord", records)
    shop = write_transactions(tmp_path / "shop", rows)
    return measure(tmp_path / "log", shop, days=7, pair=("A", "B")).comparison


def test_two_groups_of_customers_are_two_samples(tmp_path):
    """The interval is that of a two-sample test of the customers' shares (each has 4 articles)."""
    rng = np.random.default_rng(0)
    a, b = rng.binomial(4, 0.2, 400), rng.binomial(4, 0.3, 500)
    found = compared(tmp_path, {f"a{n}": int(h) for n, h in enumerate(a)}, {f"b{n}": int(h) for n, h in enumerate(b)})
    error = np.sqrt(np.var(a / 4, ddof=1) / 400 + np.var(b / 4, ddof=1) / 500)
    assert found.customers_in_both == 0
    assert found.difference == pytest.approx(b.mean() / 4 - a.mean() / 4)
    assert (found.high - found.low) / 2 == pytest.approx(1.959964 * error, rel=0.002)
    assert found.low > 0
    assert (found.always_high - found.always_low) == pytest.approx(2 * sequence_factor(900) * error, rel=0.002)


def test_customers_of_both_are_pairs(tmp_path):
    """Everybody buys one article more of B than of A: as pairs, the difference is certain."""
    a = {f"c{n}": n % 3 for n in range(300)}
    b = {customer: count + 1 for customer, count in a.items()}
    changed = {**b, "c0": 0, "c1": 3}  # two exceptions, so that the variance is not 0
    found = compared(tmp_path, a, changed)
    differences = np.array([changed[c] - a[c] for c in a]) / 4
    assert found.customers_in_both == 300
    assert found.difference == pytest.approx(differences.mean())
    assert (found.high - found.low) / 2 == pytest.approx(1.959964 * differences.std(ddof=1) / np.sqrt(300), rel=1e-3)


def rate(value, customers, mean):
    shown = customers * 10
    return HitRate(
        value=value, customers=customers, shown=shown, bought=int(shown * mean), rate=mean, low=0.0, high=1.0
    )


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        (0.050, "B is better than A, however often you look"),
        (0.025, "B is better than A if you look only once"),
        (0.015, "no difference between A and B is proven"),
        (-0.025, "B is worse than A if you look only once"),
        (-0.050, "B is worse than A, however often you look"),
    ],
)
def test_the_verdict_follows_the_intervals(difference, verdict):
    """At 10,000 customers, the intervals are 1.96 and 3.04 standard errors wide to each side."""
    found = judged(rate("A", 5000, 0.1), rate("B", 5000, 0.1 + difference), error=0.01, customers=10_000, both=0)
    assert found.verdict == verdict
    assert found.b_is_certainly_worse == (difference == -0.050)


def test_few_customers_give_no_verdict():
    found = judged(rate("A", 99, 0.1), rate("B", 5000, 0.9), error=0.01, customers=5099, both=0)
    assert found.verdict == "no verdict: A and B need at least 100 customers each, and a purchase"
    assert (found.low, found.high) == (-1.0, 1.0)
    assert not found.b_is_certainly_worse


def test_repeated_looks_at_equal_versions_seldom_end_in_a_verdict():
    """400 experiments with 100 looks each: the interval of one look excludes 0 at some look far more often than 5 %."""
    rng = np.random.default_rng(1)
    once = always = 0
    for _ in range(400):
        outcomes = rng.binomial(1, 0.1, (2, 10_000)).astype(float)
        looks = np.arange(100, 10_001, 100)
        sums = outcomes.cumsum(axis=1)[:, looks - 1]
        means = sums / looks
        errors = np.sqrt((means * (1 - means) / looks).sum(axis=0))
        z = np.abs(means[1] - means[0]) / errors
        once += bool((z > 1.959964).any())
        always += bool((z > [sequence_factor(2 * n) for n in looks]).any())
    assert once / 400 > 0.2
    assert always / 400 < 0.05
