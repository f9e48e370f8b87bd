"""The look model learns what was planted, on weeks before the day alone."""

import numpy as np
import pyarrow as pa
import pytest

from components.features.config import FeaturesConfig
from components.features.look_catalogue import LookCatalogue
from components.features.look_facts import INPUTS
from components.features.look_model import fit, read_choices
from components.features.look_pairs import Baskets
from components.features.look_sales import Sales
from components.features.looks import Looks
from components.features.purchases import Purchases
from transforms.looks import LOOK_COLUMNS

DAY, ARTICLES = 100, 60
GROUPS = np.arange(ARTICLES) // 20  # 20 articles of each of three groups
SECTIONS = np.arange(ARTICLES) % 4


def catalogue():
    table = {name: pa.array(["same"] * ARTICLES) for name in LOOK_COLUMNS}
    table["product_code"] = pa.array([f"p{i}" for i in range(ARTICLES)])
    table["garment_group_name"] = pa.array([f"g{group}" for group in GROUPS])
    table["section_name"] = pa.array([f"s{section}" for section in SECTIONS])
    return LookCatalogue.of(
        pa.table(table), {kind: np.zeros((ARTICLES, 0), np.float16) for kind in ("picture", "text")}
    )


def in_channels(rows, channels, prices):
    columns = {"article_row": rows, "channel": channels, "units": np.full(len(rows), 50), "price": prices}
    return Sales.of(pa.table({name: pa.array(values) for name, values in columns.items()}), ARTICLES)


def same_for_all(day, window_days):
    rows = np.arange(ARTICLES)
    return in_channels(rows, np.ones(ARTICLES, int), np.ones(ARTICLES))


def purchases(partner, seed=0, baskets=900, end=DAY):
    """Baskets of an article and a partner of another group, one a customer; `partner(draw, article)` draws it."""
    draw, bought = np.random.default_rng(seed), []
    for customer in range(baskets):
        day, article = draw.integers(DAY - 56, end), draw.integers(ARTICLES)
        bought += [(customer, day, article), (customer, day, partner(draw, article))]
    rows = np.unique(np.array(bought, np.int32), axis=0)
    return Purchases(rows[:, 0], rows[:, 2], rows[:, 1])


def of_same(values, share=0.9):
    """A partner of another group, in most cases with the same value."""

    def partner(draw, article):
        others = np.flatnonzero(GROUPS[article] != GROUPS)
        same = others[values[others] == values[article]]
        return draw.choice(same if draw.random() < share else others)

    return partner


def looks(bought, sales=same_for_all):
    return Looks(bought, catalogue(), sales, FeaturesConfig(), 7)


def best(made, anchor, count=5):
    """The best articles of each other group for an anchor, by the fitted weights."""
    facts, weights = made.facts(DAY), fit(made.examples(DAY)).articles
    found = []
    for position, rows in enumerate(facts.candidates):
        if facts.kept[position] != facts.groups[anchor]:
            tastes = made.tastes(np.array([0]), 0)  # before the first day: no past
            found.append(rows[np.argsort(-(facts.inputs(position, np.array([anchor]), tastes)[0] @ weights))[:count]])
    return np.concatenate(found)


@pytest.mark.parametrize("anchor", [0, 21, 43])
def test_articles_of_the_section_that_goes_with_the_anchor_come_first(anchor):
    made = looks(purchases(of_same(SECTIONS)))
    assert (SECTIONS[best(made, anchor)] == SECTIONS[anchor]).all()


def test_articles_of_the_same_channel_come_first():
    channels = np.arange(ARTICLES) // 2 % 2

    def sales(day, window_days):
        return in_channels(np.arange(ARTICLES), channels + 1, np.ones(ARTICLES))

    made = looks(purchases(of_same(channels)), sales)
    assert fit(made.examples(DAY)).articles[INPUTS.index("channel")] > 0
    assert (channels[best(made, 4)] == channels[4]).all()


def test_a_pair_that_is_often_bought_comes_first():
    partner_of = (np.arange(ARTICLES) + 20) % ARTICLES

    def partner(draw, article):
        return partner_of[article] if draw.random() < 0.7 else draw.choice(np.flatnonzero(GROUPS[article] != GROUPS))

    made = looks(purchases(partner))
    assert best(made, 5, count=1).tolist() == [25, 45]  # 45 is the one whose partner is 5


def test_choices_are_of_the_days_from_the_facts_and_of_candidates_of_other_groups():
    bought = purchases(of_same(SECTIONS))
    made = looks(bought)
    facts = made.facts(DAY - 7)
    baskets = Baskets.read(bought, DAY - 7, DAY)
    choices = read_choices(baskets, facts, 10_000, np.random.default_rng(0))
    assert len(choices) == len(baskets)
    in_week = set(bought.customer_rows[bought.days >= DAY - 7].tolist())
    assert set(choices.customers.tolist()) <= in_week
    for anchor, position, rows in zip(choices.anchors, choices.positions, choices.bought, strict=True):
        assert (facts.groups[rows] == facts.kept[position]).all()
        assert GROUPS[anchor] not in GROUPS[rows]
    assert len(read_choices(baskets, facts, 5, np.random.default_rng(0))) == 5


def test_the_channel_affinity_by_hand():
    """Two articles of 50 units in channel 1, and one in channel 2, shrunk by 5 units of the shop's mix of 2 to 1."""
    sales = in_channels(np.array([0, 1, 2]), np.array([1, 1, 2]), np.array([1.0, 2.0, 1.0]))
    first, second = (50 + 5 * 2 / 3) / 55, (5 * 2 / 3) / 55
    both = np.log(first * first / (2 / 3) + (1 - first) ** 2 / (1 / 3))
    other = np.log(first * second / (2 / 3) + (1 - first) * (1 - second) / (1 / 3))
    found = sales.channel_affinity(np.array([0]), np.array([1, 2, 3]))
    np.testing.assert_allclose(found, [[both, other, 0.0]], atol=1e-6)
    distance = sales.price_distance(np.array([0]), np.array([1, 2, 3]))
    np.testing.assert_allclose(distance, [[np.log(2.0), 0.0, 0.0]], atol=1e-6)
