"""The oracle's probabilities against shares of many draws, and its ranking."""

import numpy as np
import pytest

from synthetic import demand
from synthetic.baskets import Market
from synthetic.catalogue import make_catalogue
from synthetic.memory import Memory
from synthetic.oracle import Oracle
from synthetic.people import make_people

DRAWS = 200_000


def make_market(seed, articles, customers):
    """Returns a market in period 6, the articles on sale then, an empty memory and the random generator."""
    rng = np.random.default_rng(seed)
    catalogue = make_catalogue(articles, 10, rng)
    styles = demand.make_styles(catalogue, rng)
    people = make_people(customers, 10, styles.ages, rng)
    appeal = demand.appeal(catalogue, np.zeros(articles), 6, 20.0)
    market = Market(catalogue, people, styles, demand.make_links(catalogue), appeal, 6)
    return market, np.flatnonzero(catalogue.on_sale(6)), Memory(customers), rng


@pytest.fixture(scope="module")
def world():
    market, on_sale, memory, rng = make_market(seed=5, articles=60, customers=20)
    memory.add(np.array([0, 0, 0]), on_sale[[0, 3, 3]], period=5)
    return market, memory, rng


@pytest.mark.parametrize("customer", [0, 1], ids=["with a history", "without"])
def test_shares_of_draws_equal_the_probabilities_of_the_oracle(world, customer):
    market, memory, rng = world
    _, articles = market.draw(np.full(DRAWS, customer), memory, rng)
    drawn = np.bincount(articles, minlength=60) / DRAWS
    expected = Oracle(market).unit_probability(np.array([customer]), memory)[0]
    # Five standard errors of a share.
    assert np.all(np.abs(drawn - expected) <= 5 * np.sqrt(expected / DRAWS) + 1e-9)


def test_a_unit_is_one_article_and_at_most_one_partner(world):
    market, memory, _ = world
    expected = Oracle(market).unit_probability(np.array([0, 1]), memory)
    assert np.all(expected.sum(axis=1) >= 1.0 - 1e-6)
    assert np.all(expected.sum(axis=1) <= 1.0 + demand.PARTNER_RATE)
    assert np.all(expected[:, ~market.catalogue.on_sale(6)] == 0)


def test_the_taste_of_a_customer_without_history_is_the_product_of_its_factors(world):
    market, _, _ = world
    catalogue, people = market.catalogue, market.people
    styles = np.zeros(len(catalogue))
    for share, row in zip(people.style_shares, people.tastes[1], strict=True):
        weight = np.zeros(len(catalogue))
        weight[market.on_sale] = market.base[row]
        weight *= market.liking[people.palette[1], catalogue.family]
        styles += share * weight / weight.sum()
    partners = np.zeros(len(catalogue))
    for slot in range(catalogue.partners.shape[1]):
        np.add.at(partners, catalogue.partners[:, slot], styles * market.partner_probability[:, slot])
    found = Oracle(market).unit_probability(np.array([1]), Memory(20))[0]
    assert found == pytest.approx(styles + partners)


def test_customers_of_different_eyes_have_different_probabilities_for_shades(world):
    market, _, _ = world
    rows = np.arange(4)  # the same style with each eye
    sums = np.zeros((4, 4))
    for row in rows:
        np.add.at(sums[row], market.catalogue.tone[market.on_sale], market.base[row] / market.base[row].sum())
    assert (sums.argmax(axis=0) == rows).all()


def test_a_purchase_raises_the_probability_of_the_same_article(world):
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
    """300 customers, half of them with a history, and 2,000 articles."""
    market, on_sale, memory, rng = make_market(seed=6, articles=2_000, customers=300)
    memory.add(rng.integers(150, size=900), rng.choice(on_sale, 900), period=5)
    return market, memory


@pytest.mark.parametrize("first", [12, 30, 64, 5_000])
def test_the_ranking_does_not_depend_on_the_number_of_articles_scored_first(crowd, first):
    market, memory = crowd
    customers = np.arange(300)
    expected = Oracle(market).unit_probability(customers, memory)
    ranked = Oracle(market, first=first).rank(customers, memory)
    assert np.array_equal(ranked, np.argsort(-expected, axis=1, kind="stable")[:, :12])


def test_the_rank_of_an_article_is_its_place_among_all_articles(crowd, monkeypatch):
    monkeypatch.setattr("synthetic.oracle.MAX_CELLS", 10_000)
    market, memory = crowd
    expected = Oracle(market).unit_probability(np.arange(300), memory)
    places = np.argsort(np.argsort(-expected, axis=1, kind="stable"), axis=1) + 1
    rng = np.random.default_rng(0)
    customers, articles = rng.integers(300, size=500), rng.choice(np.flatnonzero(market.catalogue.on_sale(6)), 500)
    assert np.array_equal(Oracle(market).ranks(customers, articles, memory), places[customers, articles])


def test_few_customers_are_ranked_over_all_articles(crowd):
    market, memory = crowd
    oracle = Oracle(market)
    oracle.rank(np.arange(300), memory)
    assert oracle.ranked_in_full < 15
