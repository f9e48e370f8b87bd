"""Search for customers, and the page of one: purchases, recommendations, controls, two versions."""

import re

import pytest

from console.customers import CustomerSlice, customer_of, find_customers, purchases, random_customer
from console.query import link
from console.recommended import column
from serving.client import Reason, Recommendations, RecommendedArticle
from serving.client.reason_texts import english
from tests import tiny_shop
from tests.console.hostile_shop import (
    HOSTILE_ARTICLE,
    HOSTILE_CUSTOMER,
    LAST_DAY,
    NEW,
    OLD,
    PLAIN_ARTICLE,
    PLAIN_CUSTOMER,
    SCRIPT,
)
from tests.console.page_links import PageLinks
from transforms.calendar import date_of


@pytest.fixture(scope="module")
def tables(console):
    return console.shop.tables()


def found(tables, **conditions):
    return [row["customer_id"] for row in find_customers(tables, CustomerSlice(**conditions))[0]]


def recommended(page: str) -> list[str]:
    """Ids of the recommended articles of a page, in order."""
    parts = re.findall(r'<ol class="grid recommended">(.*?)</ol>', page, re.DOTALL)
    return [article for part in parts for article in PageLinks(part).in_order("/article", "id")]


def test_customers_are_found_by_the_beginning_of_the_id(tables):
    assert found(tables, prefix="c04") == [f"c04{i}" for i in range(8)]
    assert found(tables, prefix=HOSTILE_CUSTOMER[:6]) == [HOSTILE_CUSTOMER]
    assert found(tables, prefix="%") == []


def test_customers_are_found_by_slice(tables):
    below_25 = [tiny_shop.customer_id(i) for i in range(48) if i % 5 != 4 and 17 + (i * 7) % 50 < 25]
    assert found(tables, age_group="below 25") == below_25
    assert found(tables, club=SCRIPT) == [HOSTILE_CUSTOMER]
    without_purchase = {tiny_shop.customer_id(i) for i in (46, 47)}
    assert without_purchase <= set(found(tables, activity="none"))
    assert found(tables, activity="few", prefix="/") == [HOSTILE_CUSTOMER]


def test_more_customers_than_a_page_are_announced(tables):
    rows, more = find_customers(tables, CustomerSlice())
    assert (len(rows), more) == (49, False)


def test_a_random_customer_is_of_the_slice(tables, client):
    assert random_customer(tables, CustomerSlice(club=SCRIPT)) == HOSTILE_CUSTOMER
    assert random_customer(tables, CustomerSlice(prefix="nobody")) is None
    answer = client.get(link("/customers/random", club=SCRIPT), follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"] == link("/customer", id=HOSTILE_CUSTOMER)


def test_purchases_are_grouped_by_day_newest_first(tables):
    days = purchases(tables, customer_of(tables, HOSTILE_CUSTOMER))
    shown = [(day.day.isoformat(), {row["article_id"]: row["units"] for row in day.purchases}) for day in days]
    assert shown == [
        (date_of(LAST_DAY), {HOSTILE_ARTICLE: 2, PLAIN_ARTICLE: 1}),
        (date_of(LAST_DAY - 8), {HOSTILE_ARTICLE: 1}),
    ]


def test_a_hostile_customer_is_shown_as_text(client):
    answer = client.get(link("/customer", id=HOSTILE_CUSTOMER))
    assert answer.status_code == 200
    assert SCRIPT not in answer.text
    assert "<img src=x" not in answer.text
    assert all(PageLinks(answer.text).alts)


def test_the_displayed_articles_are_those_of_the_server(client, console):
    page = client.get(link("/customer", id=PLAIN_CUSTOMER, k=5)).text
    asked = console.models.ask(lambda served: served.recommend([PLAIN_CUSTOMER], k=5)[0]).value
    assert recommended(page) == [each.article_id for each in asked.articles]
    assert len(recommended(page)) == 5


def test_controls_reach_the_server(client):
    page = client.get(link("/customer", id=HOSTILE_CUSTOMER, exclude=[tiny_shop.article_id(1)], k=3)).text
    assert recommended(page) == [HOSTILE_ARTICLE, PLAIN_ARTICLE, tiny_shop.article_id(2)]
    page = client.get(link("/customer", id=HOSTILE_CUSTOMER, purchased="leave-out", k=2)).text
    assert recommended(page) == [tiny_shop.article_id(1), tiny_shop.article_id(2)]


def test_links_add_articles_to_those_looked_at_and_left_out(client):
    page = client.get(link("/customer", id=HOSTILE_CUSTOMER, recent=["0000103000"], k=1)).text
    links = PageLinks(page)
    assert links.values("/customer", "exclude") == {HOSTILE_ARTICLE}
    assert links.values("/customer", "recent") == {"0000103000", HOSTILE_ARTICLE}
    assert links.values("/customer", "id") == {HOSTILE_CUSTOMER}


def test_two_versions_are_beside_each_other(client):
    page = client.get(link("/customer", id=PLAIN_CUSTOMER, k=3, compare=OLD)).text
    first = [HOSTILE_ARTICLE, tiny_shop.article_id(0), tiny_shop.article_id(1)]
    assert recommended(page) == [*first, *reversed(first)]
    assert page.count("places higher than in the other version") == 2
    assert page.count("places lower than in the other version") == 2


def test_moves_and_later_purchases_are_marked(tables):
    def answer(*article_ids):
        reasons = (Reason("like_bought", HOSTILE_ARTICLE), Reason("popular_now", count=4))
        articles = (RecommendedArticle(each, 1.0, ("towers",), reasons) for each in article_ids)
        return Recommendations("c", tuple(articles), NEW)

    a, b, c = (tiny_shop.article_id(i) for i in range(3))
    days = {day.day for day in purchases(tables, customer_of(tables, HOSTILE_CUSTOMER))}
    asked = {"texts": english(), "other": answer(b, c, a), "as_of": min(days), "bought": {b: min(days)}}
    shown = column(tables, answer(a, b), "", **asked)
    assert [(card.rank, card.move, card.is_new, card.bought) for card in shown.cards] == [
        (1, 2, False, False),
        (2, -1, False, True),
    ]
    later = {"other": answer(b), "as_of": max(days), "bought": {a: min(days)}}
    assert column(tables, answer(a), "", **{**asked, **later}).cards[0].is_new
    (row,) = tables.described([HOSTILE_ARTICLE])
    assert shown.cards[0].reasons == (f"like {row['prod_name']}, bought before", "popular now, place 4")


def test_an_unknown_customer_gets_an_answer(client):
    page = client.get(link("/customer", id="new one", k=2)).text
    assert "do not have this customer" in page
    assert len(recommended(page)) == 2
