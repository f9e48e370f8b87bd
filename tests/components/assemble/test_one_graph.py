"""Served answers equal offline answers, for both kinds of index and for every batch size."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from components.weights import weights_digest
from tests.assembled_models import unsaved
from tests.tiny_shop import ARTICLES, CUSTOMERS, article_id, customer_id
from tests.tiny_training import RECOMMENDER
from transforms.calendar import date_of

ALL_CUSTOMERS = [*(customer_id(i) for i in range(CUSTOMERS)), "unknown", ""]
ROWS = [*range(CUSTOMERS), CUSTOMERS, CUSTOMERS]
IDS = np.array([*(article_id(i).encode() for i in range(ARTICLES)), b""], object)


def offline_answers(served, rows, k=12):
    answer = served.offline.recommend(served.offline.query(tf.constant(rows, tf.int32)), k)
    return IDS[answer.article_rows.numpy()], answer.scores.numpy()


def test_served_and_offline_answers_to_a_batch_have_identical_ids(served):
    found = served.ask("serving_default", customer_id=ALL_CUSTOMERS)
    ids, scores = offline_answers(served, ROWS)
    np.testing.assert_array_equal(found["article_ids"], ids)
    np.testing.assert_allclose(found["scores"], scores, atol=1e-5)
    assert (found["article_ids"] != b"").all()


def examples():
    """Returns a serialized Example of each customer, the input of the signature `judge`."""
    messages = []
    for name in ALL_CUSTOMERS:
        example = tf.train.Example()
        example.features.feature["customer_id"].bytes_list.value[:] = [name.encode()]
        messages.append(example.SerializeToString())
    return messages


@pytest.mark.parametrize("batch", [1, 3, 64])
def test_answers_of_other_batch_sizes_differ_only_in_ties(served, batch):
    customers = (ALL_CUSTOMERS * 2)[:64]
    whole_ids, whole_scores = offline_answers(served, (ROWS * 2)[:64])
    for start in range(0, len(customers), batch):
        found = served.ask("serving_default", customer_id=customers[start : start + batch])
        for i, (ids, scores) in enumerate(zip(found["article_ids"], found["scores"], strict=True)):
            wanted = dict(zip(whole_ids[start + i], whole_scores[start + i], strict=True))
            np.testing.assert_allclose(scores, whole_scores[start + i], atol=1e-5)
            last = whole_scores[start + i, -1]
            for article, score in zip(ids, scores, strict=True):
                assert abs(score - wanted.get(article, last)) <= 1e-5


def test_recommend_without_optional_inputs_equals_the_default_signature(served):
    wanted = served.ask("serving_default", customer_id=ALL_CUSTOMERS)
    found = served.recommend(ALL_CUSTOMERS)
    np.testing.assert_allclose(found["scores"], wanted["scores"], atol=1e-5)
    np.testing.assert_array_equal(found["article_ids"], wanted["article_ids"])


def test_the_judged_rankings_equal_the_served_answers(served):
    rankings = served.ask("judge", examples=examples())["rankings"]
    assert rankings.shape == (len(ALL_CUSTOMERS), 4, 12)
    baselines = served.ask("baselines", customer_id=ALL_CUSTOMERS)
    np.testing.assert_array_equal(
        rankings[:, 0], served.ask("serving_default", customer_id=ALL_CUSTOMERS)["article_ids"]
    )
    np.testing.assert_array_equal(rankings[:, 1], baselines["own_purchases"])
    np.testing.assert_array_equal(rankings[:, 2], baselines["popular"])
    history = served.offline.query(tf.constant(ROWS, tf.int32)).history_rows.numpy()
    for ranking, bought in zip(rankings[:, 3], history, strict=True):
        assert not set(ranking) - {b""} & set(IDS[bought])


def test_the_judged_ranking_equals_the_served_answer_if_purchases_are_excluded(tiny, trained, tmp_path):
    model = unsaved(
        tiny.states, tiny.calendar.end, trained / "weights", RECOMMENDER.replace(exclude_purchased=True), tmp_path
    )
    found = model.ask("serving_default", customer_id=ALL_CUSTOMERS)["article_ids"]
    rankings = model.ask("judge", examples=examples())["rankings"]
    np.testing.assert_array_equal(rankings[:, 0], found)
    history = model.served.recommender.query(tf.constant(ROWS, tf.int32)).history_rows.numpy()
    assert not any(set(ids) - {b""} & set(IDS[bought]) for ids, bought in zip(found, history, strict=True))


REGISTERED = """
import sys
import tensorflow
from tensorflow.python.framework import op_def_registry
print(*(op for op in sys.stdin.read().split() if op_def_registry.get(op) is None))
"""


def unknown_to_tensorflow(folder):
    """Returns the ops of a SavedModel that a process which imports only TensorFlow does not have."""
    saved = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    ops, functions = set(), set()
    for graph in saved.meta_graphs:
        ops |= {node.op for node in graph.graph_def.node}
        ops |= {node.op for function in graph.graph_def.library.function for node in function.node_def}
        functions |= {function.signature.name for function in graph.graph_def.library.function}
    assert len(ops) > 50
    asked = " ".join(sorted(ops - functions))
    done = subprocess.run([sys.executable, "-c", REGISTERED], input=asked, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_a_model_with_an_exact_index_needs_only_tensorflow(exact):
    assert unknown_to_tensorflow(exact.folder) == set()


def test_a_model_with_a_scann_index_needs_only_tensorflow_and_scann(serve):
    unknown = unknown_to_tensorflow(serve(index="scann").folder)
    assert unknown
    assert all(op.startswith("Scann>") for op in unknown)


def test_the_description_states_weights_day_and_sizes(served, tiny, trained):
    tree = json.loads((served.folder / "assets.extra" / "lookbook.json").read_text())
    assert tree["weights_digest"] == weights_digest(trained / "weights")
    assert tree["as_of"] == date_of(tiny.calendar.end)
    assert tree["articles"] == ARTICLES
    assert tree["customers"] == CUSTOMERS
    assert tree["index_recall"] >= 0.9
    assert tree["independent_rows"] is True, "the model server joins requests"
    assert (served.folder / "assets.extra" / "customer_ids.txt").read_text().split() == ALL_CUSTOMERS[:-2]
