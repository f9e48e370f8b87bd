"""The outlook learns what past weeks show, and is defined for any shop."""

import numpy as np
import pytest

from components.features import outlook as module
from components.features.article_weeks import ArticleWeeks, read_article_weeks, read_product_types
from components.features.duckdb_engine import DuckDbEngine
from components.features.outlook import lifetime_horizon, outlook
from components.features.states import prepare
from tests import tiny_shop


def weekly(units, types=None):
    rows, weeks = np.nonzero(units)
    sold = units[rows, weeks]
    codes = np.zeros(len(units), int) if types is None else types
    return ArticleWeeks(rows, units.shape[1] - weeks, sold, sold.astype(float), codes, 52)


def forecast(units):
    table = outlook(weekly(units))
    assert table["article_row"].to_pylist() == list(range(len(units)))
    return {name: table[name].to_numpy() for name in table.column_names[1:]}


def assert_in_range(found, weeks):
    assert all(values.dtype == np.float32 and np.isfinite(values).all() for values in found.values())
    assert ((found["sold_probability"] >= 0) & (found["sold_probability"] <= 1)).all()
    assert (found["expected_units"] >= 0).all()
    assert ((found["lifetime_weeks"] >= 0) & (found["lifetime_weeks"] <= lifetime_horizon(weeks))).all()


@pytest.fixture(scope="module")
def shop():
    """40 weeks of 100 articles that sell 5 on average, 100 that do so until a random week, and 100 that sell rarely."""
    draw = np.random.default_rng(1)
    units = np.concatenate([draw.poisson(5.0, (200, 40)), draw.poisson(0.1, (100, 40))])
    ends = draw.integers(5, 36, 100)
    units[100:200][np.arange(40) >= ends[:, None]] = 0
    return units


def test_articles_that_sell_have_more_units_a_higher_probability_and_a_longer_lifetime(shop):
    found = forecast(shop)
    assert_in_range(found, 40)
    steady, ended, rare = (slice(0, 100), slice(100, 200), slice(200, 300))
    assert found["expected_units"][steady].mean() == pytest.approx(4.8, abs=0.5)  # the median of Poisson(5) is 5
    assert found["expected_units"][ended].max() < 0.5
    assert found["sold_probability"][steady].mean() > 0.9
    assert found["sold_probability"][ended].mean() < 0.1
    assert found["sold_probability"][rare].mean() == pytest.approx(1 - np.exp(-0.1), abs=0.05)
    assert found["lifetime_weeks"][steady].mean() == pytest.approx(12, abs=1.5)
    assert found["lifetime_weeks"][ended].mean() < 3


def test_each_target_depends_on_the_past_only(shop):
    """Purchases of a week change the forecast for the next week, and the forecast made before is not changed."""
    before = forecast(shop[:, :39])
    changed = shop.copy()
    changed[:, 39] = 50
    assert all((forecast(changed[:, :39])[name] == values).all() for name, values in before.items())
    assert any((forecast(changed)[name] != forecast(shop)[name]).any() for name in before)


def test_the_same_sales_give_the_same_outlook(shop):
    assert outlook(weekly(shop)).equals(outlook(weekly(shop)))


def test_thinned_examples_give_a_similar_outlook(shop, monkeypatch):
    whole = forecast(shop)
    monkeypatch.setattr(module, "MAX_ROWS", 2_000)
    thinned = forecast(shop)
    assert_in_range(thinned, 40)
    for name in whole:
        assert np.corrcoef(whole[name], thinned[name])[0, 1] > 0.95, name


@pytest.mark.parametrize("weeks", [4, 5])
def test_four_weeks_are_enough(shop, weeks):
    assert_in_range(forecast(shop[:, :weeks]), weeks)


@pytest.mark.parametrize("weeks", [0, 1, 3])
def test_of_fewer_weeks_there_is_no_forecast(shop, weeks):
    found = forecast(shop[:, :weeks])
    assert all(np.isnan(values).all() and len(values) == 300 for values in found.values())


def test_one_article_is_enough():
    assert_in_range(forecast(np.array([[3, 0, 2, 0, 0, 1, 4]])), 7)


def test_equal_sales_of_all_articles_are_expected_again():
    found = forecast(np.full((4, 30), 2))
    np.testing.assert_allclose(found["expected_units"], 2.0, atol=1e-6)
    np.testing.assert_allclose(found["lifetime_weeks"], 13.0, atol=0.5)
    assert (found["sold_probability"] > 0.9).all()


def test_the_sales_of_a_shop_are_read_with_the_types_of_its_articles(tmp_path):
    articles = [{**row, "product_type_name": None if i == 2 else "AB"[i % 2]} for i, row in enumerate(ids(4))]
    bought = [(80, "c", "0000000", 2.0), (81, "c", "0000000", 2.0), (95, "c", "0000001", 1.0), (100, "c", "0000002", 1)]
    tables = tiny_shop.write_tables(tmp_path / "tables", articles, [{"customer_id": "c"}], bought)
    engine = DuckDbEngine(tmp_path)
    prepare(engine, tables, tmp_path / "states")
    sales = read_article_weeks(engine, 100, 7, read_product_types(engine))
    engine.close()
    np.testing.assert_array_equal(sales.units, [[2, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]])
    trend, of_missing = sales.inputs(3)[:, 23], 2
    np.testing.assert_allclose(
        trend, [-np.log1p(2 / 3), *[np.log1p(1) - np.log1p(1 / 3)], 0, np.log(2) - np.log(4 / 3)]
    )
    assert trend[of_missing] == 0


def ids(count):
    return [{"article_id": f"{i:07d}"} for i in range(count)]
