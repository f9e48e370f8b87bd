"""Training lists of the tiny shop, compared with the recommender and with plain Python."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from components.candidates.config import CandidatesConfig
from components.candidates.executor import bundle, make_lists
from components.examples import read_examples
from models.ranking.lists import PADDING
from models.recommender import features
from models.recommender.list_features import StoredLists, list_features, read_lists, training_lists
from models.retrieval.snapshot import snapshot_name
from tests.tiny_shop import ARTICLES, customer_id, purchases
from tests.tiny_training import RANKING, RECOMMENDER
from transforms.calendar import Calendar, date_of
from transforms.errors import ConfigError, DataError


@pytest.fixture(scope="module")
def stored(trained):
    return read_lists([str(trained / "lists" / "Split-train" / "*")])


def labels_of(tiny, day):
    """What each customer who had bought something before the day bought in the week."""
    table = pq.read_table(tiny.states / "labels" / f"{date_of(day)}.parquet")
    found: dict = {}
    for customer, article in zip(table["customer_row"].to_pylist(), table["article_row"].to_pylist(), strict=True):
        found.setdefault(customer, set()).add(article)
    before = {name for bought_on, name, _, _ in purchases() if bought_on < day}
    return {customer: articles for customer, articles in found.items() if customer_id(customer) in before}


def test_stored_lists_equal_the_candidates_of_the_week(tiny, trained, stored, builder):
    weeks = (*tiny.calendar.list_days, tiny.calendar.cut)
    assert list(stored) == list(weeks)
    for week, day in enumerate(weeks):
        bought, lists = labels_of(tiny, day), stored[day]
        recommender = builder.build(day, trained / "towers" / snapshot_name(week))
        for customer, rows, marks in zip(lists.customer_rows, lists.article_rows, lists.labels, strict=True):
            proposed = recommender.candidates(recommender.query(tf.constant([customer]))).article_rows.numpy()[0]
            real = rows[rows >= 0]
            assert set(real) == set(proposed[proposed < ARTICLES])
            wanted = [1.0 if row in bought[customer] else 0.0 for row in real]
            assert marks[: len(real)].tolist() == wanted
            assert (marks[len(real) :] == PADDING).all()
            assert sum(wanted) >= 1


def test_customers_without_a_past_have_no_list(tiny, tmp_path, transformed, trained):
    """All purchases of the customers 0 to 9 before the last list week are removed from the state of that week."""
    states = tmp_path / "states"
    shutil.copytree(tiny.states, states)
    day = tiny.calendar.list_days[-1]
    file = states / date_of(day) / "history.parquet"
    history = pq.read_table(file)
    pq.write_table(history.filter(pc.greater_equal(history["customer_row"], 10)), file)

    def customers_of(states):
        folder = tmp_path / f"lists-of-{states.parent.name}"
        config = CandidatesConfig(max_lists_per_week=1000)
        make_lists(states, trained / "towers", transformed / "graph", RECOMMENDER, config, folder)
        return set(read_lists([str(folder / "Split-train" / "*")])[day].customer_rows.tolist())

    before = customers_of(tiny.states)
    assert before & set(range(10))
    assert customers_of(states) == before - set(range(10))


def test_figures_hold_the_recall_of_each_week(tiny, trained, stored):
    figures = json.loads((trained / "lists" / "figures.json").read_text())
    for day in (*tiny.calendar.list_days, tiny.calendar.cut):
        bought, lists = labels_of(tiny, day), stored[day]
        found = {int(c): int((m == 1).sum()) for c, m in zip(lists.customer_rows, lists.labels, strict=True)}
        shares = [found.get(customer, 0) / len(articles) for customer, articles in bought.items()]
        assert figures[date_of(day)]["recall"] == pytest.approx(np.mean(shares))
        assert figures[date_of(day)]["customers"] == len(bought)
        assert 0 < figures[date_of(day)]["candidates"] <= RECOMMENDER.max_candidates


def test_training_features_equal_those_of_the_whole_list(tiny, trained, stored, builder):
    day = tiny.calendar.list_days[1]
    recommender = builder.build(day, trained / "towers" / snapshot_name(1))
    lists = stored[day]
    found = list_features(recommender, lists)
    query = recommender.query(tf.constant(lists.customer_rows))
    rows = recommender.candidates(query).article_rows
    direct = recommender.features(query, rows).numpy()
    width = min(found.shape[1], direct.shape[1])
    np.testing.assert_allclose(found[:, :width], direct[:, :width], atol=1e-4)
    assert found.shape[2] == len(features.NAMES)


def test_training_lists_keep_all_positives_and_sampled_negatives(tiny, trained, stored, builder):
    weekly = training_lists(stored, builder, trained / "towers", tiny.calendar, negatives=3, seed=1)
    assert list(weekly) == list(stored)
    for day, lists in weekly.items():
        assert int((lists.labels == 1).sum()) == int((stored[day].labels == 1).sum())
        assert ((lists.labels == 0).sum(axis=1) <= 3).all()
        assert np.isfinite(lists.features).all()
    only = {tiny.calendar.list_days[0]: stored[tiny.calendar.list_days[0]]}
    fewer = training_lists(only, builder, trained / "towers", tiny.calendar, negatives=3, seed=1)
    assert list(fewer) == list(only)
    assert len(fewer[tiny.calendar.list_days[0]].labels) == len(only[tiny.calendar.list_days[0]].labels)


def test_features_do_not_depend_on_padding(tiny, trained, stored, builder):
    day = tiny.calendar.list_days[0]
    recommender = builder.build(day, trained / "towers" / snapshot_name(0))
    lists = stored[day]
    wider = StoredLists(
        lists.customer_rows,
        np.pad(lists.article_rows, [(0, 0), (0, 5)], constant_values=-1),
        np.pad(lists.labels, [(0, 0), (0, 5)], constant_values=-1.0),
    )
    width = lists.article_rows.shape[1]
    np.testing.assert_allclose(
        list_features(recommender, wider)[:, :width], list_features(recommender, lists), atol=1e-5
    )


def test_negatives_can_be_drawn_at_random(tiny, trained, transformed, tmp_path):
    config = CandidatesConfig(negatives="random", negatives_per_positive=2)
    figures = make_lists(tiny.states, trained / "towers", transformed / "graph", RECOMMENDER, config, tmp_path)
    assert {figure["recall"] for figure in figures.values()} == {1.0}
    for row in read_examples(tmp_path / "Split-train").to_pylist():
        positives = sum(row["labels"])
        assert positives >= 1
        assert len(row["labels"]) <= 3 * positives


def test_no_positive_list_raises_an_error_of_one_line(tmp_path, monkeypatch):
    """Without purchases in the list weeks there is nothing to train on."""
    calendar = Calendar(first=0, end=35, label_days=7, list_weeks=2)
    (tmp_path / "labels").mkdir()
    calendar.save(tmp_path)
    for day in (*calendar.list_days, calendar.cut):
        pq.write_table(
            pa.table({"customer_row": pa.array([], pa.int64()), "article_row": pa.array([], pa.int64())}),
            tmp_path / "labels" / f"{date_of(day)}.parquet",
        )
        (tmp_path / date_of(day)).mkdir()
        nobody = pa.table({"customer_row": pa.array([], pa.int32())})
        pq.write_table(nobody, tmp_path / date_of(day) / "history.parquet")
    nothing = SimpleNamespace(state=SimpleNamespace(num_articles=4), config=RECOMMENDER)
    builder = SimpleNamespace(build=lambda day, towers: nothing)
    monkeypatch.setattr("components.candidates.executor.RecommenderBuilder", lambda *given: builder)
    with pytest.raises(DataError) as stopped:
        make_lists(tmp_path, tmp_path, tmp_path, RECOMMENDER, CandidatesConfig(), tmp_path / "lists")
    assert str(stopped.value).startswith(
        "at least one candidate list of the weeks from 1970-01-15 until 1970-01-29 must hold an article that its "
        "customer bought. Received: no such list for 0 customers who bought then; give data of more days"
    )


def test_bundle_holds_states_and_towers(tiny, trained, tmp_path):
    bundle(tiny.states, trained / "towers", tmp_path)
    assert (tmp_path / "states" / "calendar.json").exists()
    assert (tmp_path / "towers" / "week-002" / "weights.npz").exists()


@pytest.mark.parametrize("linked", [True, False])
def test_bundling_twice_leaves_the_sources_unchanged(tiny, trained, tmp_path, monkeypatch, linked):
    def refuse(source, to):
        raise OSError("no links here")

    if not linked:
        monkeypatch.setattr("os.link", refuse)
    sources = sorted(path for path in tiny.states.rglob("*") if path.is_file())
    before = [path.read_bytes() for path in sources]
    for _ in range(2):
        bundle(tiny.states, trained / "towers", tmp_path)
    assert [path.read_bytes() for path in sources] == before
    for path, content in zip(sources, before, strict=True):
        twin = tmp_path / "states" / path.relative_to(tiny.states)
        assert twin.read_bytes() == content
        assert twin.samefile(path) == linked


@pytest.mark.parametrize(
    ("name", "value"), [("negatives", "all"), ("negatives_per_positive", 0), ("max_lists_per_week", 0)]
)
def test_a_setting_out_of_range_is_refused_by_name(name, value):
    with pytest.raises(ConfigError, match=rf"candidates\.{name} must .* Received: "):
        CandidatesConfig.from_tree({name: value}, "candidates")


def test_saved_ranking_weights_name_the_features(trained):
    tree = json.loads((trained / "ranking" / "ranking.json").read_text())
    assert tree["features"] == list(features.NAMES)
    assert tree["config"] == RANKING.as_tree()


def test_only_as_many_customers_as_needed_are_tried(tiny, trained, transformed, tmp_path):
    weeks = (*tiny.calendar.list_days, tiny.calendar.cut)
    place = (tiny.states, trained / "towers", transformed / "graph", RECOMMENDER)
    figures = make_lists(*place, CandidatesConfig(max_lists_per_week=3), tmp_path)
    # Six customers a part; most customers of the tiny shop bought one of their candidates.
    assert [figures[date_of(day)]["customers"] for day in weeks] == [6] * len(weeks)
    assert {len(lists.labels) for lists in read_lists([str(tmp_path / "Split-train" / "*")]).values()} == {3}
