"""Answers do not depend on the ids: with other ids of any characters, each customer has the same answer."""

import pathlib
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from components.assemble.saved_model import save_recommender
from components.weights import TRANSFORM
from models.recommender.id_tables import IdTables
from tests.assembled_models import unsaved
from tests.tiny_shop import ARTICLES, CUSTOMERS
from tests.tiny_training import RECOMMENDER
from transforms.errors import DataError
from transforms.ids import read_ids, write_ids

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")
ODD = [
    "\u2028",
    "\x85",
    "\x0b",
    "\x0c",
    "\x1c",
    "\0",
    " ",
    "\t",
    "👗",
    "\uffff",
    "\U0001f457b",
    "\ufeff",
    '"',
    ",",
    "é",
]


def names(count):
    return st.lists(st.text(CHARACTERS, min_size=1, max_size=5), min_size=count, max_size=count, unique=True)


def renamed(table, column, ids):
    """Replaces the ids of a table by `ids`, sorted by code point like the ids of the table."""
    return table.set_column(table.column_names.index(column), column, pa.array(sorted(ids), pa.string()))


def rename_states(states: pathlib.Path, table: str, column: str, ids) -> None:
    """Renames the articles or the customers of a states folder."""
    for name in (table, "content") if table == "articles" else (table,):
        file = states / f"{name}.parquet"
        pq.write_table(renamed(pq.read_table(file), column, ids), file)


@settings(max_examples=1)  # an example builds a model, which takes seconds
@given(names(ARTICLES), names(CUSTOMERS))
@example([f"{odd}{i}" for i, odd in enumerate(2 * ODD)], [f"{i // 15} {odd}" for i, odd in enumerate(4 * ODD)][:48])
def test_answers_do_not_depend_on_the_ids(tiny, trained, exact, tmp_path_factory, article_ids, customer_ids):
    work = tmp_path_factory.mktemp("renamed")
    states = shutil.copytree(tiny.states, work / "states")
    weights = shutil.copytree(trained / "weights", work / "weights")
    new = {}
    for table, column, ids in (("articles", "article_id", article_ids), ("customers", "customer_id", customer_ids)):
        plain = pq.read_table(states / f"{table}.parquet")
        old = plain[column].to_pylist()
        new[column] = dict(zip(old, sorted(ids), strict=True))
        rename_states(states, table, column, ids)
        (vocabulary,) = (weights / TRANSFORM).rglob(f"assets/{column}_vocab")
        write_ids([new[column][name] for name in read_ids(vocabulary)], vocabulary)
    model = unsaved(states, tiny.calendar.end, weights, RECOMMENDER, work / "model")
    customers = [*new["customer_id"].values(), "unknown customer"]
    plain = exact.ask("serving_default", customer_id=[*new["customer_id"], "unknown customer"])
    answer = model.ask("serving_default", customer_id=customers)
    wanted = [[new["article_id"][name.decode()].encode() for name in row] for row in plain["article_ids"]]
    assert answer["article_ids"].tolist() == wanted
    np.testing.assert_allclose(answer["scores"], plain["scores"], atol=1e-5)
    embeddings = model.ask("article_embedding", article_id=[*new["article_id"].values()])["embedding"]
    plain = exact.ask("article_embedding", article_id=[*new["article_id"]])["embedding"]
    np.testing.assert_array_equal(embeddings, plain)


def test_unusual_attributes_do_not_affect_other_articles(tiny, trained, exact, tmp_path):
    """A value that no vocabulary can hold counts as unknown; names and descriptions are returned unchanged."""
    states = shutil.copytree(tiny.states, tmp_path / "states")
    catalogue = pq.read_table(states / "articles.parquet")
    odd = ["Coat\nnew", "Coat\r\n", "\u2028", "a\0b", "\t", "", " Coat "]
    for at, column in enumerate(("prod_name", "detail_desc", "product_type_name", "department_name")):
        values = catalogue[column].to_pylist()
        values[:7] = odd[at:] + odd[:at]
        place = catalogue.column_names.index(column)
        catalogue = catalogue.set_column(place, column, pa.array(values, pa.string()))
    pq.write_table(catalogue, states / "articles.parquet")
    model = unsaved(states, tiny.calendar.end, trained / "weights", RECOMMENDER, tmp_path / "model")
    ids = catalogue["article_id"].to_pylist()
    described = model.ask("describe_articles", article_id=ids)
    for column in ("prod_name", "detail_desc", "product_type_name"):
        assert [text.decode() for text in described[column]] == [v or "" for v in catalogue[column].to_pylist()]
    embeddings = model.ask("article_embedding", article_id=ids[7:])["embedding"]
    np.testing.assert_array_equal(embeddings, exact.ask("article_embedding", article_id=ids[7:])["embedding"])


@pytest.mark.parametrize(("table", "column"), [("articles", "article_id"), ("customers", "customer_id")])
@pytest.mark.parametrize("wrong", ["a\nb", "a\r", ""])
def test_an_id_that_is_not_one_line_is_refused(tiny, trained, tmp_path, table, column, wrong):
    states = shutil.copytree(tiny.states, tmp_path / "states")
    rows = pq.read_table(states / f"{table}.parquet")
    rename_states(states, table, column, [wrong, *rows[column].to_pylist()[1:]])
    config = RECOMMENDER.replace(index="exact")
    with pytest.raises(DataError, match=f"{column} must hold ids that are one line") as caught:
        save_recommender(states, tiny.calendar.end, trained / "weights", config, tmp_path / "to")
    assert repr(wrong) in str(caught.value)


def test_a_file_of_fewer_ids_than_rows_is_refused(tmp_path):
    write_ids(["a", "b"], tmp_path / "a.txt")
    write_ids(["c"], tmp_path / "c.txt")
    IdTables(tmp_path / "a.txt", tmp_path / "c.txt", 2, 1)
    with pytest.raises(DataError, match=r"c\.txt must hold an id for each of the 2 rows\. Received: 1 ids"):
        IdTables(tmp_path / "a.txt", tmp_path / "c.txt", 2, 2)
