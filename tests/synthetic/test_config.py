"""Sizes of a shop by scale and by field, and values out of range."""

import datetime

import pytest

from synthetic.config import ShopConfig
from synthetic.habits import DENSE, HM
from transforms.errors import ConfigError


def test_full_scale_has_the_size_and_the_two_years_of_h_and_m():
    config = ShopConfig.at_scale(1.0)
    assert (config.customers, config.articles, config.transactions) == (1_371_980, 105_542, 31_788_324)
    last_day = config.first_day + datetime.timedelta(days=config.days - 1)
    assert (config.first_day, last_day) == (datetime.date(2018, 9, 20), datetime.date(2020, 9, 22))
    assert config.habits is HM
    assert ShopConfig().habits is DENSE


@pytest.mark.parametrize(("scale", "customers", "articles"), [(0.25, 342_995, 52_771), (4.0, 5_487_920, 211_084)])
def test_customers_are_proportional_to_the_scale_and_articles_to_its_square_root(scale, customers, articles):
    config = ShopConfig.at_scale(scale)
    assert (config.customers, config.articles) == (customers, articles)
    assert config.transactions == 31_788_324 * scale


def test_a_scale_keeps_the_range_and_given_fields_override_it():
    assert ShopConfig.at_scale(1e-9).articles == 50
    assert ShopConfig.at_scale(100.0, seed=7).articles == 1_000_000
    assert ShopConfig.at_scale(1.0, days=30, seed=7).days == 30


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_a_scale_out_of_range_is_an_error(scale):
    with pytest.raises(ConfigError, match=f"scale must be .* Received: {scale}"):
        ShopConfig.at_scale(scale)


@pytest.mark.parametrize(("field", "value"), [("customers", 0), ("articles", 10), ("days", 13), ("seed", -1)])
def test_sizes_out_of_range_are_errors_with_their_name(field, value):
    with pytest.raises(ConfigError, match=f"{field} must be .* Received: {value}"):
        ShopConfig.from_tree({field: value})
