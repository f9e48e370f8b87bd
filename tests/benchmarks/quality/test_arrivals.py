"""The figures of articles that were never sold before: counted by hand, and of the tiny shop's model."""

import types

import pytest
import tensorflow as tf

from benchmarks.quality.arrivals import VARIANTS, cells_of, judge, measure, render
from benchmarks.quality.shop import Shop
from models.recommender.builder import RecommenderBuilder
from tests import tiny_shop
from tests.tiny_shop import ARTICLES, article_id, customer_id, purchases
from tests.tiny_training import RECOMMENDER
from transforms.calendar import load_calendar

NEW = article_id(ARTICLES - 1)


def test_figures_are_shares_of_each_customers_purchases_and_numbers_of_all():
    candidates = [[5, 6, 7], [8, 9, 4], [1, 2, 3]]
    recommended = [[7, 5], [8, 9], [1, 2]]
    figures = judge(candidates, recommended, [{5, 6, 30}, {4}, {31, 32}])
    assert figures == {
        "customers": 3,
        "purchases": 6,
        "candidates": [0.666667, 1.0, 0.0],
        "recommended": [0.333333, 0.0, 0.0],
        "among_candidates": 3,
        "hits": 1,
    }


def test_only_the_first_twelve_recommendations_count():
    figures = judge([list(range(20))], [list(range(20))], [{11, 12}])
    assert (figures["hits"], figures["recommended"], figures["candidates"]) == (1, [0.5], [1.0])


def test_a_shop_without_new_articles_has_no_figures():
    figures = judge([], [], [])
    assert figures["purchases"] == figures["hits"] == 0
    assert figures["candidates"] == []


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The tiny shop with an article that two customers buy in the test week, and nobody before."""
    cut = tiny_shop.FIRST_DAY + tiny_shop.DAYS - tiny_shop.LABEL_DAYS
    bought = [(cut + 1, customer_id(0), NEW, 0.1), (cut + 3, customer_id(1), NEW, 0.1)]
    folder = tmp_path_factory.mktemp("arrivals")
    tiny_shop.build(folder, [*purchases(), *bought])
    return tiny_shop.Place(folder, load_calendar(folder / "states"))


def test_purchases_of_new_articles_are_judged_by_the_model_of_the_cut(shop, trained, tmp_path):
    weights = trained / "weights"
    builder = RecommenderBuilder(RECOMMENDER, shop.states, weights / "transform_graph")
    recommender = builder.build(shop.calendar.cut, weights / "towers", weights / "ranking")
    (tmp_path / "oracle_arrivals.csv").write_text(f"customer_id,article_id,rank\nc000,{NEW},5\nc001,{NEW},80\n")
    cell = cells_of(Shop(tmp_path), "quick", ["label_days=7"])[0]
    made = types.SimpleNamespace(states=shop.states, tables=shop.tables, recommender=lambda: recommender)

    result = measure(cell, types.SimpleNamespace(of=lambda _: made))

    query = recommender.query(tf.constant([0, 1]))
    row = ARTICLES - 1
    in_candidates = [row in rows for rows in recommender.candidates(query).article_rows.numpy().tolist()]
    in_top = [row in rows for rows in recommender.recommend(query, 12).article_rows.numpy().tolist()]
    last_week = {bought[1:3] for bought in purchases() if bought[0] >= shop.calendar.cut}
    assert result["of"] == len(last_week) + 2
    assert (result["customers"], result["purchases"]) == (2, 2)
    assert result["candidates"] == [float(found) for found in in_candidates]
    assert result["among_candidates"] == sum(in_candidates)
    assert result["hits"] == sum(in_top)
    assert result["oracle_ranks"] == [5, 80]


def test_cells_are_judged_in_the_data_and_differ_in_the_content_that_they_use(tmp_path):
    cells = {cell.name: cell for cell in cells_of(Shop(tmp_path), "one-week", ["seed=3"])}
    name = tmp_path.name
    assert list(cells) == [f"arrivals-{name}-{variant}" for variant in VARIANTS]
    assert {cell.as_of for cell in cells.values()} == {"cut"}
    content = {cell: (each.config.content.picture, each.config.content.text) for cell, each in cells.items()}
    default = content[f"arrivals-{name}-default"]
    assert content[f"arrivals-{name}-no_pictures"] == ("none", default[1])
    assert content[f"arrivals-{name}-no_texts"] == (default[0], "none")
    assert content[f"arrivals-{name}-no_content"] == ("none", "none")
    assert cells[f"arrivals-{name}-default"].config.label_days == 2


RESULT = {
    "first_day": "2020-09-16",
    "label_days": 7,
    "max_candidates": 200,
    "of": 100,
    "oracle_ranks": [1, 12, 13, 200, 201],
    **judge([[5], [7, 8]], [[5], [7]], [{5, 6}, {7, 8, 9}]),
}


def test_the_table_has_the_ceiling_of_the_oracle_and_the_share_of_its_hits():
    text = render("shop", {"default": RESULT})
    assert "5 of 100 purchases (0.0500) by 2 customers" in text
    assert "0.4000 of them among its first 12, 0.8000 among its first 200" in text
    # 1/2 and 2/3 of the purchases are candidates; 2 hits of the oracle's 2.
    assert "| nothing: the default | 0.5833 [0.5000, 0.6667] | 0.4167 | 3 | 2 | 1.0000 |" in text
    assert "| no pictures | not run |" in text


def test_real_data_have_no_oracle_and_data_without_results_no_table():
    text = render("week", {"default": {**RESULT, "oracle_ranks": None}})
    assert "oracle has" not in text
    assert "| 3 | 2 |  |" in text
    assert render("week", {}) == "week: not run."
