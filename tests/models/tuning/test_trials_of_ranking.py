"""A trial of the ranking network trains on earlier list weeks and is scored on later ones, never on the test week."""

import shutil
import types

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from components.examples import read_examples, write_examples
from models.metrics import per_customer
from models.recommender.list_features import read_lists
from models.tuning.ranking import ValidationLists, average_precisions, split_weeks, tuner_fn, validation_lists
from tests.tiny_training import RANKING, RECOMMENDER
from transforms.calendar import Calendar, date_of
from transforms.errors import DataError


def calendar_of(list_weeks):
    return Calendar(first=0, end=700, label_days=7, list_weeks=list_weeks)


@pytest.mark.parametrize(("list_weeks", "validating"), [(2, 1), (3, 1), (6, 3), (12, 4)])
def test_the_last_list_weeks_validate_at_most_four_and_at_most_half(list_weeks, validating):
    earlier, later = split_weeks(calendar_of(list_weeks))
    assert len(later) == validating
    assert (*earlier, *later) == calendar_of(list_weeks).list_days
    assert max(later) < calendar_of(list_weeks).cut


def test_one_list_week_is_too_few():
    with pytest.raises(DataError, match=r"at least two list weeks.* Received: 1; .*features\.list_weeks"):
        split_weeks(calendar_of(1))


def test_average_precision_is_of_the_best_candidates_and_the_first_wins_among_equals():
    scores = np.zeros((3, 14, 1), np.float32)
    scores[0, :, 0] = np.arange(14)  # the best are 13, 12, 11, ...
    bought = np.zeros((3, 14), bool)
    bought[0, [12, 0]] = True  # places 2 and 14
    bought[1, [0, 2]] = True  # equal scores: places 1 and 3
    bought[2, 13] = True  # padding
    real = np.ones((3, 14), bool)
    real[2, 13] = False
    lists = ValidationLists(features=scores, bought=bought & real, real=real, num_bought=np.array([2, 5, 1]))
    found = average_precisions(lambda features: features[:, :, 0], lists)
    np.testing.assert_allclose(found, [(1 / 2) / 2, (1 + 2 / 3) / 5, 0])


def test_the_validation_lists_are_scored_as_the_articles_of_the_weeks_buyers(tiny, trained, graph, builder):
    day, week = tiny.calendar.list_days[1], 1
    stored = read_lists([str(trained / "lists" / "Split-train" / "*")])[day]
    lists = validation_lists(builder, graph, week, day, stored)
    weights = np.random.default_rng(0).normal(size=lists.features.shape[2])
    found = average_precisions(lambda features: tf.constant(features.numpy() @ weights), lists)
    bought = pq.read_table(tiny.states / "labels" / f"{date_of(day)}.parquet").to_pylist()
    wanted = [
        {row["article_row"] for row in bought if row["customer_row"] == customer} for customer in stored.customer_rows
    ]
    answers = []
    for rows, features in zip(stored.article_rows, lists.features, strict=True):
        candidates = [(-(values @ weights), row) for row, values in zip(rows, features, strict=True) if row >= 0]
        answers.append([row for _, row in sorted(candidates, key=lambda pair: pair[0])])
    np.testing.assert_allclose(found, per_customer(answers, wanted)["map_at_12"])


@pytest.fixture(scope="module")
def graph(tiny, trained, tmp_path_factory):
    """The base model: states and towers."""
    folder = tmp_path_factory.mktemp("graph")
    shutil.copytree(tiny.states, folder / "states")
    (folder / "towers").symlink_to(trained / "towers")
    return folder


def arguments(lists, graph, trained, folder):
    custom = {
        "ranking": RANKING.as_tree(),
        "recommender": RECOMMENDER.as_tree(),
        "trials": 2,
        "folder": str(folder / "trials"),
        "code_version": "v",
    }
    return types.SimpleNamespace(
        train_files=[str(lists / "Split-train" / "*")],
        base_model=str(graph),
        transform_graph_path=str(trained / "weights" / "transform_graph"),
        custom_config=custom,
    )


def score_of(fn_args, folder):
    return tuner_fn(fn_args).fit_kwargs["judge"](RANKING, folder / "training", "trial")


def test_purchases_and_states_of_the_test_week_do_not_change_a_score(tiny, trained, graph, tmp_path):
    cut, end = tiny.calendar.cut, tiny.calendar.end
    before = score_of(arguments(trained / "lists", graph, trained, tmp_path / "before"), tmp_path / "before")
    assert 0 < before < 1

    changed = tmp_path / "graph"
    shutil.copytree(graph, changed, symlinks=True)
    (changed / "states" / "labels" / f"{date_of(cut)}.parquet").unlink()
    for day in (cut, end):
        shutil.rmtree(changed / "states" / date_of(day))
    table = read_examples(trained / "lists" / "Split-train").to_pylist()
    of_test_week = [row for row in table if row["day"] == [cut]]
    assert of_test_week
    for row in of_test_week:
        row["labels"] = [1 - label for label in row["labels"]]
    schema = pa.schema([(name, pa.list_(pa.int64())) for name in table[0]])
    write_examples(pa.Table.from_pylist(table, schema), tmp_path / "lists" / "Split-train")
    after = score_of(arguments(tmp_path / "lists", changed, trained, tmp_path / "after"), tmp_path / "after")
    assert after == pytest.approx(before, abs=1e-9)
