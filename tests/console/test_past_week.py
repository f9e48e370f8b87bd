"""A past week: what a model that does not know it recommended, beside what was bought then."""

import datetime

import pytest
from starlette.testclient import TestClient

from console.app import Console, create_app
from console.customers import customer_of, purchases
from console.models import Models
from console.past_week import past_week
from console.query import link
from tests import tiny_shop
from tests.console.hostile_shop import HOSTILE_ARTICLE, HOSTILE_CUSTOMER, LAST_DAY, PLAIN_ARTICLE
from transforms.calendar import date_of


class Past:
    """A model as of a day number."""

    def __init__(self, models, day):
        self.models, self._day = models, day

    def as_of(self):
        return datetime.date.fromisoformat(date_of(self._day))


@pytest.fixture(scope="module")
def tables(console):
    return console.shop.tables()


@pytest.fixture(scope="module")
def days(tables):
    return purchases(tables, customer_of(tables, HOSTILE_CUSTOMER))


def test_recommended_and_bought_articles_of_the_week_are_marked(console, tables, days):
    week = past_week(tables, Past(console.models, LAST_DAY - 6), HOSTILE_CUSTOMER, days)
    assert (week.first.isoformat(), week.last.isoformat()) == (date_of(LAST_DAY - 6), date_of(LAST_DAY))
    bought = [(card.row["article_id"], card.rank) for card in week.bought]
    assert bought == [(PLAIN_ARTICLE, 2), (HOSTILE_ARTICLE, 1)] or bought == [(HOSTILE_ARTICLE, 1), (PLAIN_ARTICLE, 2)]
    assert [(card.rank, card.bought) for card in week.recommended[:3]] == [(1, True), (2, True), (3, False)]
    assert week.hits == 2


def test_purchases_of_other_weeks_are_not_counted(console, tables, days):
    week = past_week(tables, Past(console.models, LAST_DAY - 13), HOSTILE_CUSTOMER, days)
    assert week.last.isoformat() == date_of(LAST_DAY - 7)
    assert [card.row["article_id"] for card in week.bought] == [HOSTILE_ARTICLE]


def test_a_model_that_knows_all_purchases_has_no_past_week(console, tables, days):
    assert past_week(tables, Past(console.models, LAST_DAY + 1), HOSTILE_CUSTOMER, days) is None
    assert past_week(tables, None, HOSTILE_CUSTOMER, days) is None


def test_the_page_shows_the_week_and_escapes_it(console):
    judged = Past(console.models, LAST_DAY - 6)
    client = TestClient(create_app(Console(**{**vars(console), "judged": judged})), base_url="http://localhost")
    page = client.get(link("/customer", id=HOSTILE_CUSTOMER)).text
    assert "2 of the 12 recommended articles were bought in that week." in page
    assert "<script>alert" not in page
    other = client.get(link("/customer", id=tiny_shop.customer_id(47))).text
    assert "Nothing was bought." in other


def test_while_the_judged_model_is_loaded_the_purchases_are_shown(console):
    loading = Models(lambda: None, waiting=lambda: "The judged model is being loaded.", remedy="")
    judged = Past(loading, LAST_DAY - 6)
    client = TestClient(create_app(Console(**{**vars(console), "judged": judged})), base_url="http://localhost")
    page = client.get(link("/customer", id=HOSTILE_CUSTOMER)).text
    assert "The judged model is being loaded." in page
    assert "Bought in the week" in page
