"""Search, facets, order and pages of the catalogue, and the page of an article."""

import pytest

from console.articles import Week, sales_by_week
from console.bars import weekly_bars
from console.catalogue import PAGE_SIZE, search
from console.query import link
from tests import tiny_shop
from tests.console.hostile_shop import HOSTILE_ARTICLE, LAST_DAY, PLAIN_ARTICLE, SCRIPT, purchases
from tests.console.page_links import PageLinks
from transforms.calendar import date_of

NOTHING = {}


@pytest.fixture(scope="module")
def tables(console):
    return console.shop.tables()


def ids(found):
    return {row["article_id"] for row in found.articles}


def test_all_words_must_occur_in_any_column_and_case_and_accents_make_no_difference(tables):
    red_denim = {tiny_shop.article_id(i) for i in range(tiny_shop.ARTICLES) if i % 5 == 0 and i % 3 == 0 and i % 11}
    assert ids(search(tables, "DENIM red", NOTHING, "best", 1)) >= red_denim
    assert ids(search(tables, "armellos", NOTHING, "best", 1)) == {tiny_shop.article_id(i) for i in range(1, 30, 5)}
    assert search(tables, "denim nothing", NOTHING, "best", 1).total == 0


def test_wildcards_and_quotes_are_ordinary_characters(tables):
    assert search(tables, "%", NOTHING, "best", 1).total == 1  # the hostile id
    assert search(tables, "_", NOTHING, "best", 1).total == 0
    assert ids(search(tables, "alert('x')", NOTHING, "best", 1)) == {HOSTILE_ARTICLE}


def test_a_facet_counts_articles_under_the_other_conditions(tables):
    found = search(tables, "", {"product_type_name": "Coat"}, "best", 1)
    assert found.total == 9  # 30 articles in groups of three; the third, sixth and ninth group are coats
    facets = {facet.column: facet for facet in found.facets}
    types = {each.value: each.articles for each in facets["product_type_name"].values}
    assert types == {"Trousers": 12, "Vest top": 9, "Coat": 9, "T-shirt & 'top'": 1}
    assert sum(each.articles for each in facets["product_group_name"].values) == 9


def test_best_sellers_are_ordered_by_the_purchases_of_the_last_week(tables):
    bought = {(day, customer, article) for day, customer, article, _ in purchases() if day > LAST_DAY - 7}
    counted = {}
    for _, _, article in bought:
        counted[article] = counted.get(article, 0) + 1
    shown = [row["purchases_7d"] for row in search(tables, "", NOTHING, "best", 1).articles]
    assert shown == sorted(shown, reverse=True)
    assert shown[0] == max(counted.values())


def test_new_arrivals_are_ordered_by_the_first_sale(tables):
    first = {}
    for day, _, article, _ in purchases():
        first.setdefault(article, day)
    rows = search(tables, "", NOTHING, "new", 1).articles
    assert rows[0]["article_id"] == max(first, key=lambda each: (first[each], each != HOSTILE_ARTICLE))
    assert [row["article_id"] for row in search(tables, "", NOTHING, "unsold", 1).articles][:2] == [
        tiny_shop.article_id(28),
        tiny_shop.article_id(29),
    ]


def test_a_page_that_is_too_high_is_the_last(tables):
    found = search(tables, "", NOTHING, "name", 99)
    assert (found.page, found.pages, found.total) == (1, 1, 31)
    assert found.total <= PAGE_SIZE


def test_the_catalogue_escapes_names_and_links_each_article_by_its_id(client):
    page = client.get("/catalogue").text
    assert SCRIPT not in page
    links = PageLinks(page)
    assert links.values("/article", "id") == set(ids_of_all())
    assert all(links.alts)


def ids_of_all():
    return [HOSTILE_ARTICLE, *(tiny_shop.article_id(i) for i in range(tiny_shop.ARTICLES))]


def test_a_hostile_facet_value_can_be_chosen(client):
    page = client.get(link("/catalogue", index_group_name="../../etc")).text
    assert PageLinks(page).values("/article", "id") == {HOSTILE_ARTICLE}


def test_sales_are_counted_by_weeks_that_end_with_the_data(tables):
    weeks = sales_by_week(tables, HOSTILE_ARTICLE)
    assert [(week.first.isoformat(), week.units) for week in weeks] == [
        (date_of(LAST_DAY - 13), 1),
        (date_of(LAST_DAY - 6), 2),
    ]
    assert sales_by_week(tables, tiny_shop.article_id(29)) == []


def test_bars_reach_from_zero_to_a_round_number():
    weeks = [Week(None, units) for units in (0, 30, 40)]
    bars = weekly_bars(weeks)
    assert [value for _, value in bars.lines] == [0, 20, 40]
    zero, _, top = (y for y, _ in bars.lines)
    assert [bar.height for bar in bars.bars] == [0, (zero - top) * 0.75, zero - top]


def test_an_article_page_shows_state_and_answers_of_the_server(client):
    answer = client.get(link("/article", id=HOSTILE_ARTICLE))
    assert answer.status_code == 200
    assert SCRIPT not in answer.text
    assert "75.0 %" in answer.text
    assert "<dd>6.2</dd>" in answer.text
    expected = [each for each in ids_of_all() if each != HOSTILE_ARTICLE][:11]
    assert PageLinks(answer.text).values("/article", "id") >= set(expected)


def test_the_nearest_articles_by_picture_and_by_text_are_shown(client):
    page = client.get(link("/article", id=PLAIN_ARTICLE)).text
    text = page.index('id="nearest-text"')
    pictures, texts = page[page.index('id="nearest-picture"') : text], page[text:]
    assert PageLinks(texts).values("/article", "id") == {tiny_shop.article_id(i) for i in range(1, 13)}
    assert PageLinks(pictures).values("/article", "id") == {tiny_shop.article_id(i) for i in range(2, 14)}


def test_an_article_without_a_text_has_no_nearest_by_text(client):
    assert 'id="nearest-text"' not in client.get(link("/article", id=HOSTILE_ARTICLE)).text


def test_the_groups_that_complete_the_look_are_shown_with_their_articles(client):
    page = client.get(link("/article", id=PLAIN_ARTICLE)).text
    section = page[page.index('id="look"') : page.index('id="same"')]
    assert SCRIPT not in section
    assert section.index("Socks &amp; ") < section.index(">Shoes<")
    assert PageLinks(section).values("/article", "id") == set(ids_of_all()[:4])


def test_the_same_product_is_shown(client):
    page = client.get(link("/article", id=PLAIN_ARTICLE)).text
    section = page[page.index('id="same"') : page.index('id="together"')]
    assert PageLinks(section).values("/article", "id") == {tiny_shop.article_id(1), tiny_shop.article_id(2)}
