"""The oracle's probabilities against the share of a great many draws."""

import numpy as np
import pytest

from synthetic import demand
from synthetic.baskets import Market
from synthetic.catalogue import make_catalogue
from synthetic.memory import Memory
from synthetic.oracle import Oracle
from synthetic.people import make_people

DRAWS = 200_000


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(5)
    catalogue = make_catalogue(60, 10, rng)
    styles = demand.make_styles(catalogue, rng)
    people = make_people(20, 10, styles.ages, rng)
    appeal = demand.appeal(catalogue, np.zeros(60), 6, 20.0)
    market = Market(catalogue, people, styles, demand.make_links(catalogue), appeal, 6)
    memory = Memory(20)
    on_sale = np.flatnonzero(catalogue.on_sale(6))
    memory.add(np.array([0, 0, 0]), on_sale[[0, 3, 3]], period=5)
    return market, memory, rng


@pytest.mark.parametrize("customer", [0, 1], ids=["with a history", "without"])
def test_draws_come_as_often_as_the_oracle_says(world, customer):
    market, memory, rng = world
    _, articles = market.draw(np.full(DRAWS, customer), memory, rng)
    drawn = np.bincount(articles, minlength=60) / DRAWS
    told = Oracle(market).unit_probability(np.array([customer]), memory)[0]
    # Five standard errors of a share.
    assert np.all(np.abs(drawn - told) <= 5 * np.sqrt(told / DRAWS) + 1e-9)


def test_a_unit_is_one_article_and_what_it_brings(world):
    market, memory, _ = world
    told = Oracle(market).unit_probability(np.array([0, 1]), memory)
    assert np.all(told.sum(axis=1) >= 1.0 - 1e-6)
    assert np.all(told.sum(axis=1) <= 1.0 + demand.BESIDE)
    assert np.all(told[:, ~market.catalogue.on_sale(6)] == 0)


def test_a_purchase_makes_for_another_of_it_where_its_type_is_bought_again(world):
    market, _, _ = world
    repeat = market.coefficients[0][:, 0]
    article = int(np.argmax(repeat))
    once = Memory(20)
    once.add(np.array([0]), np.array([article]), period=5)
    before = Oracle(market).unit_probability(np.array([0]), Memory(20))[0, article]
    after = Oracle(market).unit_probability(np.array([0]), once)[0, article]
    assert after > before


@pytest.fixture(scope="module")
def crowd():
    """300 customers with and without a history, before 2,000 articles."""
    rng = np.random.default_rng(6)
    catalogue = make_catalogue(2_000, 10, rng)
    styles = demand.make_styles(catalogue, rng)
    people = make_people(300, 10, styles.ages, rng)
    appeal = demand.appeal(catalogue, np.zeros(2_000), 6, 20.0)
    market = Market(catalogue, people, styles, demand.make_links(catalogue), appeal, 6)
    memory = Memory(300)
    on_sale = np.flatnonzero(catalogue.on_sale(6))
    memory.add(rng.integers(150, size=900), rng.choice(on_sale, 900), period=5)
    return market, memory


@pytest.mark.parametrize("first", [12, 30, 64, 5_000])
def test_its_list_is_that_of_the_whole_catalogue_however_many_are_looked_at_first(crowd, first):
    market, memory = crowd
    customers = np.arange(300)
    told = Oracle(market).unit_probability(customers, memory)
    ranked = Oracle(market, first=first).rank(customers, memory)
    assert np.array_equal(ranked, np.argsort(-told, axis=1, kind="stable")[:, :12])


def test_few_customers_need_a_look_at_the_whole_catalogue(crowd, monkeypatch):
    market, memory = crowd
    oracle = Oracle(market)
    looked = []
    rank_all = oracle._rank_all
    monkeypatch.setattr(oracle, "_rank_all", lambda who, *rest: looked.extend(who) or rank_all(who, *rest))
    oracle.rank(np.arange(300), memory)
    assert len(looked) < 15
