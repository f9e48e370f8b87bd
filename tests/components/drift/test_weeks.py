"""Ordinary weeks do not alarm; doubled prices, exchanged categories and a lost sales channel do.

A small shop stands for all; the eight weeks of a real one are a proof.
"""

import datetime
import os
import pathlib

import numpy as np
import pytest

from benchmarks.drift import WEEKS, measure
from tests.csv_shop import write_csvs

DATA = pathlib.Path(__file__).parents[3] / os.environ.get("LOOKBOOK_DATA", "../shared/data")
PRICES = {"recent.price", "transactions.price"}
ALARMS = {
    "prices doubled, last week": PRICES | {"recent.price_ratio"},
    "prices doubled, all": PRICES,
    "channel lost, last week": {"recent.sales_channel_id"},
    "channel lost, all": {"recent.sales_channel_id", "transactions.sales_channel_id"},
    "colour_group_name exchanged": {"articles.colour_group_name", "recent.colour_group_name"},
    "department_name exchanged": {"articles.department_name", "recent.department_name"},
    "product_type_name exchanged": {"articles.product_type_name"},
}


def alarms(found):
    return {each.name for each in found if each.is_alarm}


def write_shop(folder):
    """Eight weeks of 2,100 transactions of 2,000 articles, whose categories have unequal shares."""
    draw = np.random.default_rng(0)
    share = np.array([0.6, 0.25, 0.1, 0.05])
    names = {
        name: [f"{name} {value}" for value in draw.choice(4, 2000, p=share)]
        for name in ("colour_group_name", "department_name", "product_type_name")
    }
    articles = [
        {"article_id": f"{number:010}", "product_code": "1", **{name: values[number] for name, values in names.items()}}
        for number in range(2000)
    ]
    prices = np.exp(draw.normal(0, 0.5, 2000))
    customers = [{"customer_id": f"c{number}", "age": str(20 + number % 50)} for number in range(1200)]
    rows = []
    for day in range(8 * 7):
        for article, customer in zip(draw.integers(0, 2000, 300), draw.integers(0, 1200, 300), strict=True):
            rows.append(
                {
                    "t_dat": str(datetime.date(2020, 7, 1) + datetime.timedelta(days=day)),
                    "customer_id": f"c{customer}",
                    "article_id": f"{article:010}",
                    "price": f"{prices[article]:.4f}",
                    "sales_channel_id": "2",
                }
            )
    write_csvs(folder, {"articles": articles, "customers": customers, "transactions": rows})


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drift")
    write_shop(folder / "data")
    (folder / "work").mkdir()
    return measure(folder / "data", folder / "work", weeks=2)


def test_ordinary_weeks_of_a_small_shop_do_not_alarm(small):
    assert [alarms(week) for week in small.weeks] == [set()] * 2


@pytest.mark.parametrize("fault", [name for name in ALARMS if name != "product_type_name exchanged"])
def test_a_fault_in_a_small_shop_alarms(small, fault):
    assert alarms(small.faults[fault]) == ALARMS[fault]


def test_the_table_shows_the_alarms(small):
    (line,) = (line for line in small.table().splitlines() if line.startswith("| `recent.price_ratio`"))
    assert "**" in line


@pytest.mark.proof
def test_eight_ordinary_weeks_of_a_real_shop_do_not_alarm_and_the_faults_do(tmp_path):
    if not (DATA / "online-retail").is_dir():
        pytest.skip(f"no online-retail in {DATA}: set LOOKBOOK_DATA")
    found = measure(DATA / "online-retail", tmp_path)
    assert [alarms(week) for week in found.weeks] == [set()] * WEEKS
    assert {name: alarms(comparisons) for name, comparisons in found.faults.items()} == ALARMS
    for week in found.weeks:
        for each in week:
            assert (each.value or 0.0) <= each.threshold / 2, "thresholds have a margin"
