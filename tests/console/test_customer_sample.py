"""To whom an article is recommended, by the answers for a sample of customers; articles that nobody is recommended."""

import pytest

from console.articles import life_stage
from console.catalogue import search
from console.customer_sample import CustomerSample
from console.query import link
from tests import tiny_shop
from tests.console.hostile_shop import HOSTILE_ARTICLE, HOSTILE_CUSTOMER
from tests.console.page_links import PageLinks


@pytest.fixture(scope="module")
def tables(console):
    return console.shop.tables()


@pytest.fixture(scope="module")
def answers(console, tables):
    """The answers of the fake model, which recommends the hostile article and the first eleven others to everyone."""
    return console.sample.ask(tables)


def test_the_sample_is_of_customers_who_bought_in_the_last_30_days(answers, tables):
    recent = {row["customer_id"] for row in tables.rows("select * from prepared.customers where units_30d > 0")}
    assert {each.customer["customer_id"] for each in answers.to(HOSTILE_ARTICLE)} == recent
    assert HOSTILE_CUSTOMER in recent
    assert answers.asked == answers.size == len(recent)
    assert answers.are_recent
    assert answers.is_complete


def test_a_smaller_sample_is_the_same_each_time(console, tables):
    def ids():
        found = CustomerSample(console.models, 5).ask(tables)
        return [each.customer["customer_id"] for each in found.to(HOSTILE_ARTICLE)]

    assert ids() == ids()
    assert len(ids()) == 5


def test_places_and_age_groups_are_counted(answers):
    third = tiny_shop.article_id(1)  # after the hostile and the first article
    assert {each.rank for each in answers.to(third)} == {3}
    groups = answers.groups(third)
    assert sum(group.asked for group in groups) == answers.size
    assert {group.share for group in groups} == {1.0}
    assert {group.share for group in answers.groups("unknown")} == {0.0}


def test_the_article_page_says_what_the_customers_are(client, answers):
    page = client.get(link("/article", id=HOSTILE_ARTICLE)).text
    assert f"{answers.size} of the {answers.size} random customers who bought in the last 30 days" in page
    shown = PageLinks(page).in_order("/customer", "id")
    assert shown == [each.customer["customer_id"] for each in answers.to(HOSTILE_ARTICLE)][:12]


def test_an_article_that_nobody_is_recommended_says_so(client, answers):
    assert "None of the" in client.get(link("/article", id=tiny_shop.article_id(29))).text


def test_the_catalogue_finds_articles_that_nobody_is_recommended(client, answers, tables):
    recommended = {HOSTILE_ARTICLE, *(tiny_shop.article_id(i) for i in range(11))}
    found = search(tables, "", {}, "best", 1, answers.by_article)
    assert {row["article_id"] for row in found.articles} == set(ids_of(tables)) - recommended
    (types,) = (facet for facet in found.facets if facet.column == "product_type_name")
    assert sum(value.articles for value in types.values) == found.total == 19
    page = client.get("/catalogue?recommended=never").text
    assert "19 articles, recommended to none of the" in page
    assert PageLinks(page).values("/article", "id") == set(ids_of(tables)) - recommended


def ids_of(tables):
    return [row["article_id"] for row in tables.rows("select article_id from articles")]


def test_a_sample_of_none_asks_nothing(console, tables):
    found = CustomerSample(console.models, 0).answers(tables)
    assert (found.asked, "--sample 0" in found.problem) == (0, True)


@pytest.mark.parametrize(
    ("first", "last", "weeks", "name"),
    [
        ("2020-09-01", "2020-09-22", 12.0, "new"),
        ("2020-01-01", "2020-09-22", 12.0, "running"),
        ("2020-01-01", "2020-09-22", None, "running"),
        ("2020-01-01", "2020-09-22", 3.9, "ageing"),
        ("2020-01-01", "2020-08-25", 12.0, "no longer sold"),
        ("2020-09-01", "2020-09-22", 3.9, "new"),
    ],
)
def test_the_stage_of_an_article_follows_from_its_days_and_its_forecast(first, last, weeks, name):
    import datetime

    day = datetime.date.fromisoformat
    assert life_stage(day(first), day(last), day("2020-09-22"), weeks).name == name


def test_an_article_without_a_sale_has_no_stage():
    assert life_stage(None, None, None, None) is None
