"""The digest of weights, copies of weights, and the warm-up requests."""

import shutil

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from components.assemble.warmup import write_warmup_requests
from components.weights import copy_weights, ranking_of, weights_digest


@pytest.fixture
def weights(trained, tmp_path):
    return shutil.copytree(trained / "weights", tmp_path / "weights")


def test_equal_weights_in_another_folder_have_the_same_digest(weights, trained):
    assert weights_digest(weights) == weights_digest(trained / "weights")


@pytest.mark.parametrize("part", ["towers/weights.npz", "ranking/ranking.npz", "ranking/refitted/ranking.npz"])
def test_a_changed_number_changes_the_digest(weights, part):
    before = weights_digest(weights)
    with np.load(weights / part) as arrays:
        changed = {name: arrays[name].copy() for name in arrays.files}
    name = next(iter(changed))
    changed[name].ravel()[0] += 1e-6
    np.savez(weights / part, **changed)
    assert weights_digest(weights) != before


def test_a_changed_word_changes_the_digest(weights):
    before = weights_digest(weights)
    vocabulary = next((weights / "transform_graph").rglob("assets/words_vocab"))
    vocabulary.write_text(vocabulary.read_text().replace("cotton", "wool"))
    assert weights_digest(weights) != before


def test_the_refitted_network_is_chosen_if_requested_and_present(weights):
    assert ranking_of(weights, refitted=True) == weights / "ranking" / "refitted"
    assert ranking_of(weights, refitted=False) == weights / "ranking"
    shutil.rmtree(weights / "ranking" / "refitted")
    assert ranking_of(weights, refitted=True) == weights / "ranking"


def test_copied_weights_replace_existing_files(trained, tmp_path):
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "old").write_text("")
    source = trained / "weights"
    names = ("towers", "ranking", "transform_graph", "content")
    copy_weights(*(source / name for name in names), tmp_path / "to")
    assert sorted(path.name for path in (tmp_path / "to").iterdir()) == sorted(names)
    assert weights_digest(tmp_path / "to") == weights_digest(source)


def test_every_warm_up_request_is_answered(exact):
    path = exact.folder / "assets.extra" / "tf_serving_warmup_requests"
    logs = [prediction_log_pb2.PredictionLog.FromString(r.numpy()) for r in tf.data.TFRecordDataset(str(path))]
    asked = set()
    for log in logs:
        request = log.predict_log.request
        inputs = {name: tf.make_ndarray(value) for name, value in request.inputs.items()}
        asked.add((request.model_spec.signature_name, len(inputs.get("customer_id", inputs.get("article_id")))))
        assert request.model_spec.name == "lookbook"
        assert exact.ask(request.model_spec.signature_name, **inputs)
    of_articles = ("similar_articles", "complete_the_look", "describe_articles", "article_outlook")
    names = ("serving_default", "recommend", *of_articles)
    assert asked == {(name, batch) for name in names for batch in (1, 64)}


def test_writing_warm_up_requests_returns_their_number(tmp_path):
    assert write_warmup_requests(tmp_path / "requests") == 12
