"""Tables of a state may be empty, as for a new shop or one without repeat purchases."""

import shutil

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.recommender import baselines
from models.recommender.builder import RecommenderBuilder
from models.recommender.rules import Rules
from tests.tiny_shop import ARTICLES, CUSTOMERS
from tests.tiny_training import RECOMMENDER
from transforms.calendar import date_of

TABLES = [
    "article_state",
    "customer_state",
    "history",
    "popular",
    "popular_in_department",
    "popular_in_section",
    "recent",
    "same_product",
    "together_basket",
    "together_month",
]
ALL_CUSTOMERS = tf.range(CUSTOMERS + 1)


@pytest.fixture(scope="module")
def build(tiny, trained, tmp_path_factory):
    """Returns a function that builds the recommender from a state with some empty tables."""
    states = shutil.copytree(tiny.states, tmp_path_factory.mktemp("empty") / "states")
    builder = RecommenderBuilder(RECOMMENDER, states, trained / "weights" / "transform_graph")
    day = date_of(tiny.calendar.end)

    def make(names):
        for name in TABLES:
            table = pq.read_table(tiny.states / day / f"{name}.parquet")
            pq.write_table(table.slice(0, 0) if name in names else table, states / day / f"{name}.parquet")
        return builder.build(tiny.calendar.end, trained / "weights" / "towers", trained / "weights" / "ranking")

    return make


@settings(max_examples=4)
@given(st.sets(st.sampled_from(TABLES)))
@example({"history"})
@example({"recent"})
@example({"history", "recent"})
@example(set(TABLES))
def test_a_recommender_runs_on_a_state_with_empty_tables(build, empty):
    recommender = build(empty)
    query = recommender.query(ALL_CUSTOMERS, tf.fill([CUSTOMERS + 1, 1], 3))
    rows = recommender.candidates(query).article_rows
    features = recommender.features(query, rows).numpy()
    assert np.isfinite(features).all()
    answer = recommender.recommend(query, 12)
    assert (answer.article_rows.numpy() < ARTICLES).all()
    assert np.isfinite(answer.scores.numpy()).all()
    excluded = tf.tile(tf.range(20)[None, :], [CUSTOMERS + 1, 1])
    allowed = recommender.recommend(query, 12, Rules(excluded)).article_rows.numpy()
    assert ((allowed[:, :10] >= 20) & (allowed[:, :10] < ARTICLES)).all()
    both = recommender.recommend_all_and_new(query, 12)
    np.testing.assert_array_equal(both[0].article_rows, answer.article_rows)
    popular = baselines.popular(query, 12).numpy()
    assert (popular == ARTICLES).all() == ("popular" in empty)
    own = baselines.own_purchases(query, 12).numpy()
    if "history" in empty:
        np.testing.assert_array_equal(own, popular)


def test_customers_without_history_get_popular_candidates(build):
    recommender = build({"history", "recent", "customer_state"})
    rows = recommender.candidates(recommender.query(ALL_CUSTOMERS)).article_rows.numpy()
    popular = recommender.state.popular_rows.numpy()[0][:6]
    assert all(set(popular) <= set(candidates) for candidates in rows)


@pytest.mark.parametrize("index", ["exact", "scann"])
@pytest.mark.parametrize("articles", [1, 5])
def test_all_articles_are_recommended_if_there_are_fewer_than_k(tiny, trained, tmp_path, index, articles):
    """One customer, and fewer articles than k, the size of a channel and the k of the index."""
    states = shutil.copytree(tiny.states, tmp_path / "states")
    day = states / date_of(tiny.calendar.end)
    for path in (states / "articles.parquet", states / "customers.parquet", *day.glob("*.parquet")):
        table = pq.read_table(path)
        for column, rows in (("article_row", articles), ("neighbour_row", articles), ("customer_row", 1)):
            if column in table.column_names:
                table = table.filter(pc.less(table[column], rows))
        pq.write_table(table, path)
    config = RECOMMENDER.replace(index=index)
    builder = RecommenderBuilder(config, states, trained / "weights" / "transform_graph")
    recommender = builder.build(tiny.calendar.end, trained / "weights" / "towers", trained / "weights" / "ranking")
    query = recommender.query(tf.range(2))
    found = recommender.recommend(query, 12).article_rows.numpy()
    assert np.sort(found[:, :articles], axis=1).tolist() == [list(range(articles))] * 2
    assert (found[:, articles:] == articles).all()
    without = recommender.recommend(query, 12, Rules(tf.zeros([2, 1], tf.int32))).article_rows.numpy()
    assert np.sort(without, axis=1).tolist() == [[*range(1, articles), *[articles] * (13 - articles)]] * 2
