"""Tables with different numbers of rows are refused."""

import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from models.recommender.list_features import StoredLists, list_features
from models.recommender.recommender import Recommender
from models.recommender.state import State, load_tables
from models.retrieval import transformed as module
from models.retrieval.config import RetrievalConfig
from models.retrieval.snapshot import save_snapshot
from models.retrieval.towers import Towers
from tests.tiny_shop import ARTICLES, CUSTOMERS
from tests.tiny_training import read_data
from transforms.calendar import date_of
from transforms.errors import DataError


@pytest.fixture
def states(tiny, tmp_path):
    return shutil.copytree(tiny.states, tmp_path / "states")


WRONG = [
    ("history", "customer_row", CUSTOMERS),
    ("history", "article_row", ARTICLES),
    ("recent", "article_row", -1),
    ("article_state", "article_row", ARTICLES),
    ("same_product", "neighbour_row", ARTICLES),
    ("popular", "segment", 7),
]


@pytest.mark.parametrize(("name", "column", "row"), WRONG)
def test_a_row_number_out_of_range_is_refused(tiny, states, name, column, row):
    path = states / date_of(tiny.calendar.end) / f"{name}.parquet"
    table = pq.read_table(path)
    rows = table[column].to_numpy().copy()
    rows[-1] = row
    pq.write_table(table.set_column(table.column_names.index(column), column, pa.array(rows)), path)
    with pytest.raises(
        DataError, match=rf"{name}\.parquet: {column} must lie in \[0, .*Received: .*build the features"
    ):
        load_tables(states, tiny.calendar.end)


@pytest.mark.parametrize("name", ["articles", "customers"])
def test_missing_or_unsorted_rows_are_refused(tiny, states, name):
    table = pq.read_table(states / f"{name}.parquet")
    for changed in (table.slice(1), table.take(np.arange(table.num_rows)[::-1])):
        pq.write_table(changed, states / f"{name}.parquet")
        with pytest.raises(DataError, match=rf"{name}\.parquet must be sorted by row number"):
            load_tables(states, tiny.calendar.end)


def test_different_articles_of_state_and_tower_inputs_are_refused(recommender, tiny):
    tables = load_tables(tiny.states, tiny.calendar.end)
    per_article = ("article_ids", "article_numbers", "article_groups")
    fewer = State({name: values[1:] if name in per_article else values for name, values in tables.items()})
    with pytest.raises(DataError, match=r"of the same articles\. Received: 29 in the state, 30, 30 in the inputs"):
        Recommender(recommender.config, fewer, recommender.towers, recommender.inputs, recommender.index)


def test_towers_with_other_vocabularies_than_the_graph_are_refused(builder, tiny, trained, tmp_path):
    towers = shutil.copytree(trained / "weights" / "towers", tmp_path / "towers")
    tree = json.loads((towers / "towers.json").read_text())
    other = Towers(
        RetrievalConfig(**tree["config"]), {**tree["sizes"], "customer_id": tree["sizes"]["customer_id"] + 1}
    )
    other.build_all()
    save_snapshot(other, towers)
    with pytest.raises(DataError, match=r"content vectors of the states\. Received: other sizes of customer_id"):
        builder.build(tiny.calendar.end, towers)


@pytest.mark.parametrize("key", ["article_id", "customer_id"])
def test_a_vocabulary_with_more_or_fewer_ids_than_rows_is_refused(transformed, monkeypatch, key):
    sizes = module.vocabulary_sizes(tft.TFTransformOutput(str(transformed / "graph")))
    for change in (-1, 1):
        wrong = {**sizes, key: sizes[key] + change}
        monkeypatch.setattr(module, "vocabulary_sizes", lambda graph, wrong=wrong: wrong)
        with pytest.raises(DataError, match=f"the vocabulary of {key} must hold each id of the table once"):
            read_data(transformed)


def test_lists_with_rows_that_the_state_lacks_are_refused(recommender):
    rows, labels = np.array([[0, ARTICLES]], np.int32), np.array([[1.0, 0.0]], np.float32)
    with pytest.raises(DataError, match=r"article rows of the lists must lie below the 30 of the state\. Received: 30"):
        list_features(recommender, StoredLists(np.array([0], np.int32), rows, labels))
    with pytest.raises(DataError, match="customer rows of the lists must lie below the 48"):
        list_features(recommender, StoredLists(np.array([CUSTOMERS], np.int32), rows % ARTICLES, labels))


def test_the_order_by_popularity_holds_every_article_once(recommender):
    order = recommender.state.by_popularity.numpy()
    assert sorted(order) == list(range(ARTICLES))
    popular = recommender.state.popular_rows.numpy()[0]
    popular = popular[popular < ARTICLES]
    np.testing.assert_array_equal(order[: len(popular)], popular)
    assert tf.as_dtype(order.dtype) == tf.int32
