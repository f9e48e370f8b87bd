"""Statistics of a shop by scale are close to those of H&M's data.

The statistics of H&M are those of 1,364 customers over two years, and of all customers in the last week. Comparing the
latter needs a shop with as many articles per sale as H&M.
"""

import functools

import duckdb
import pytest

from benchmarks.synthetic import compare
from synthetic import ShopConfig, synthesize
from transforms import columns

# Rows a day in January to December over those of the mean day.
H_AND_M_MONTHS = [0.89, 0.82, 0.88, 1.07, 1.19, 1.31, 1.26, 0.99, 0.95, 0.94, 0.85, 0.83]


# Scale and number of articles: a hundredth of H&M's customers and articles; a tenth of both, for sales as dense as
# H&M's; as many customers as H&M's sample, and all articles.
SMALL, DENSE, SAMPLED = (0.01, 1_055), (0.1, 10_554), (0.001, 105_542)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Returns a function that synthesizes a shop of a scale once."""

    @functools.cache
    def make(scale, articles):
        folder = tmp_path_factory.mktemp("shop")
        synthesize(ShopConfig.at_scale(scale, articles=articles, seed=1), folder)
        return folder

    return make


def test_baskets_have_the_size_of_h_and_ms(shop):
    statistics = compare.statistics(shop(*SMALL))
    assert statistics["basket rows, mean"] == pytest.approx(3.60, rel=0.05)
    assert statistics["basket rows, median"] == 2
    assert statistics["basket rows, 95 %"] == pytest.approx(10, abs=1)


def test_customers_have_as_many_rows_as_h_and_ms(shop):
    statistics = compare.statistics(shop(*SMALL))
    assert statistics["rows per customer, mean"] == pytest.approx(23.2, rel=0.02)
    assert statistics["rows per customer, median"] == pytest.approx(9, abs=2)
    assert statistics["rows per customer, 90 %"] == pytest.approx(61, rel=0.2)


def test_months_have_the_shares_of_h_and_ms(shop):
    rows = duckdb.execute(
        "SELECT count(*) / count(DISTINCT t_dat) FROM read_csv(?) GROUP BY month(t_dat) ORDER BY month(t_dat)",
        [str(shop(*SMALL) / columns.FILES["transactions"])],
    ).fetchall()
    days = [row[0] for row in rows]
    mean = sum(days) / 12
    assert [day / mean for day in days] == pytest.approx(H_AND_M_MONTHS, rel=0.05)


@pytest.mark.proof
def test_the_last_week_has_the_long_tail_of_h_and_ms(shop):
    statistics = compare.statistics(shop(*DENSE))
    assert statistics["top 1 % of articles, last 7 days"] == pytest.approx(0.195, abs=0.06)
    assert statistics["top 10 % of articles, last 7 days"] == pytest.approx(0.641, abs=0.06)


@pytest.mark.proof
def test_two_years_have_the_repeat_purchases_and_the_long_tail_of_h_and_ms(shop):
    statistics = compare.statistics(shop(*SAMPLED))
    assert statistics["bought again, later day"] == pytest.approx(0.038, abs=0.018)
    assert statistics["same product again, later day"] == pytest.approx(0.072, abs=0.045)
    assert statistics["top 1 % of articles, share of rows"] == pytest.approx(0.075, abs=0.03)
    assert statistics["top 10 % of articles, share of rows"] == pytest.approx(0.313, abs=0.05)
