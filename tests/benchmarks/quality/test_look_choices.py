"""Judged choices of baskets, and the recall of rankings, on six articles."""

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.quality.look_choices import draw_choices, recall_of
from components.features.look_catalogue import LookCatalogue
from components.features.look_facts import LookFacts
from components.features.look_model import Choices
from components.features.look_pairs import Baskets
from components.features.look_sales import Sales
from components.features.purchases import Purchases
from transforms.looks import LOOK_COLUMNS

GROUPS = ["Shoes", "Shoes", "Socks", "Socks", "Socks", None]
PRODUCTS = ["a", "b", "c", "d", "b", "e"]  # the last socks are a variant of the second shoes
DAY = 20
BOUGHT = [(0, 10, 0), (0, 10, 2), (0, 12, 3), (1, 11, 4), (1, 11, 1), (2, 21, 0), (2, 21, 2), (2, 21, 3), (2, 21, 5)]


@pytest.fixture(scope="module")
def purchases():
    rows = np.array(sorted(BOUGHT), np.int32)
    return Purchases(rows[:, 0], rows[:, 2], rows[:, 1])


@pytest.fixture(scope="module")
def facts(purchases):
    table = pa.table({name: pa.array([None] * len(GROUPS), pa.string()) for name in LOOK_COLUMNS})
    for name, values in (("product_code", PRODUCTS), ("garment_group_name", GROUPS)):
        table = table.set_column(table.column_names.index(name), name, pa.array(values, pa.string()))
    catalogue = LookCatalogue.of(table, {kind: np.zeros((len(GROUPS), 0), np.float16) for kind in ("picture", "text")})
    unsold = pa.table({name: pa.array([], pa.int32()) for name in ("article_row", "channel", "units")})
    sales = Sales.of(unsold.append_column("price", pa.array([], pa.float64())), len(GROUPS))
    return LookFacts(purchases, catalogue, sales, DAY, 180)


def test_a_choice_is_an_anchor_and_another_group_of_its_basket(purchases, facts):
    sold = np.array([True, True, True, False, True, True])
    for seed in range(10):
        found = draw_choices(Baskets.read(purchases, DAY, 30), facts, sold, np.random.default_rng(seed))
        ((anchor,), (bought,)) = found.anchors, found.bought
        group = facts.catalogue.names["garment_group_name"][facts.kept[found.positions[0]]]
        assert (anchor, bought.tolist(), group) in [(0, [2], "Socks"), (2, [0], "Shoes")]  # 3 was not sold, 5 has none
        assert found.customers.tolist() == [2]


def test_recall_is_the_share_of_the_bought_articles_among_the_first(facts):
    socks = next(position for position, rows in enumerate(facts.candidates) if 2 in rows)
    rows = facts.candidates[socks].tolist()
    assert sorted(rows) == [2, 3, 4]
    choices = Choices(
        np.array([0, 1], np.int32),
        np.array([2, 2], np.int32),
        np.array([socks] * 2, np.int32),
        [np.array([2, 3, 5]), np.array([4])],
    )
    recall = recall_of(choices, facts, lambda position, chosen: np.ones((len(chosen), len(rows))))
    assert recall.tolist() == [pytest.approx(2 / 3), 0.0]  # 5 is no candidate, and 4 a variant of the anchor
