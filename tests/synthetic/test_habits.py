"""Customers of a shop by scale buy as H&M's do: its sums beside those of H&M's data.

H&M's are those of 1,364 of its customers over two years, and of all customers in the data's last week, for which
a shop's articles must be as many a sale as H&M's.
"""

import duckdb
import pytest

from benchmarks.synthetic import compare
from synthetic import ShopConfig, synthesize
from transforms import columns

# Rows a day in January to December over those of the mean day.
H_AND_M_MONTHS = [0.89, 0.82, 0.88, 1.07, 1.19, 1.31, 1.26, 0.99, 0.95, 0.94, 0.85, 0.83]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A hundredth of H&M's customers and articles."""
    folder = tmp_path_factory.mktemp("small")
    synthesize(ShopConfig.at_scale(0.01, articles=1_055, seed=1), folder)
    return folder


@pytest.fixture(scope="module")
def dense(tmp_path_factory):
    """Sales as dense as H&M's: a tenth of the customers before a tenth of the articles."""
    folder = tmp_path_factory.mktemp("dense")
    synthesize(ShopConfig.at_scale(0.1, articles=10_554, seed=1), folder)
    return folder


@pytest.fixture(scope="module")
def sampled(tmp_path_factory):
    """As many customers as H&M's sample has, before the whole catalogue."""
    folder = tmp_path_factory.mktemp("sampled")
    synthesize(ShopConfig.at_scale(0.001, articles=105_542, seed=1), folder)
    return folder


def test_baskets_are_as_large(small):
    told = compare.statistics(small)
    assert told["basket rows, mean"] == pytest.approx(3.60, rel=0.05)
    assert told["basket rows, median"] == 2
    assert told["basket rows, 95 %"] == pytest.approx(10, abs=1)


def test_customers_buy_as_often_and_as_unequally(small):
    told = compare.statistics(small)
    assert told["rows per customer, mean"] == pytest.approx(23.2, rel=0.02)
    assert told["rows per customer, median"] == pytest.approx(9, abs=2)
    assert told["rows per customer, 90 %"] == pytest.approx(61, rel=0.2)


def test_the_year_takes_the_same_course(small):
    rows = duckdb.execute(
        "SELECT count(*) / count(DISTINCT t_dat) FROM read_csv(?) GROUP BY month(t_dat) ORDER BY month(t_dat)",
        [str(small / columns.FILES["transactions"])],
    ).fetchall()
    days = [row[0] for row in rows]
    mean = sum(days) / 12
    assert [day / mean for day in days] == pytest.approx(H_AND_M_MONTHS, rel=0.05)


@pytest.mark.proof
def test_the_last_week_has_as_long_a_tail(dense):
    told = compare.statistics(dense)
    assert told["top 1 % of articles, last 7 days"] == pytest.approx(0.195, abs=0.06)
    assert told["top 10 % of articles, last 7 days"] == pytest.approx(0.641, abs=0.06)


@pytest.mark.proof
def test_as_little_is_bought_again_and_two_years_have_as_long_a_tail(sampled):
    told = compare.statistics(sampled)
    assert told["bought again, later day"] == pytest.approx(0.038, abs=0.018)
    assert told["same product again, later day"] == pytest.approx(0.072, abs=0.045)
    assert told["top 1 % of articles, share of rows"] == pytest.approx(0.075, abs=0.03)
    assert told["top 10 % of articles, share of rows"] == pytest.approx(0.313, abs=0.05)
