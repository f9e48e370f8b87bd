"""A model passes if a server loads it and it answers with distinct articles in time; a refusal is one line."""

import pathlib

import pytest

from components.gates.infra import executor
from components.gates.infra.config import InfraGateConfig
from serving.server.worker_client import WorkerHost

ARTICLES = [f"a{i:02d}" for i in range(12)]
KNOWN = ["c1", "c2"]
AMPLE = InfraGateConfig(latency_budget_ms=60_000, canary_queries=10, load_timeout_s=850)


@pytest.fixture(scope="module")
def try_model():
    """`try_model` with one process that has imported TensorFlow for all tests."""
    with WorkerHost() as host:
        yield lambda model, config: executor.try_model(model, config, host)


@pytest.fixture(scope="module")
def save(tmp_path_factory):
    """Saves a model that recommends `known` to known customers and `unknown` to others; `rounds` make it slow."""
    import tensorflow as tf

    def make(unknown=ARTICLES, known=ARTICLES, rounds=0, signature="serving_default") -> pathlib.Path:
        folder = tmp_path_factory.mktemp("model") / "1"
        module = tf.Module()

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="customer_id")])
        def recommend(customer_id):
            wait = tf.while_loop(
                lambda i, x: i < rounds, lambda i, x: (i + 1, tf.linalg.matmul(x, x) / 200.0), (0, tf.ones([200, 200]))
            )[1][0, 0]
            is_known = tf.reduce_any(customer_id[:, None] == tf.constant(KNOWN), axis=1)
            ids = tf.where(is_known[:, None], tf.constant([known]), tf.constant([unknown]))
            scores = tf.ones(tf.shape(ids)) + 0.0 * wait
            return {"article_ids": ids, "scores": scores, "channels": tf.fill(tf.shape(ids), "popular")}

        tf.saved_model.save(module, str(folder), signatures={signature: recommend})
        (folder / "assets.extra").mkdir()
        (folder / "assets.extra" / "customer_ids.txt").write_text("".join(f"{customer}\n" for customer in KNOWN))
        return folder

    return make


def test_a_model_that_answers_in_time_passes_with_its_figures(try_model, save):
    canary = try_model(save(), AMPLE)
    assert canary.passed
    assert canary.line.startswith("passed: 10 canary queries, p50 ")
    assert canary.line.endswith("budget infra_gate.latency_budget_ms = 60000")
    assert 0 < canary.figures["p50_ms"] <= canary.figures["p95_ms"]
    assert canary.figures["load_s"] > 0


def test_a_model_that_does_not_load_is_refused(try_model, tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "saved_model.pb").write_bytes(b"no graph")
    refused(try_model(tmp_path / "1", AMPLE), "refused: the model does not load: ")


def test_a_model_without_the_signature_is_refused(try_model, save):
    refused(try_model(save(signature="other"), AMPLE), "refused: the model does not answer: ", "serving_default")


def test_a_repeated_article_is_refused_with_the_customer(try_model, save):
    twice = [*ARTICLES[:11], ARTICLES[0]]
    refused(try_model(save(known=twice), AMPLE), "refused: customer 'c1' is recommended an article twice")
    refused(try_model(save(unknown=twice), AMPLE), "refused: customer '' is recommended an article twice")


def test_an_answer_without_articles_is_refused(try_model, save):
    refused(try_model(save(known=[""] * 12), AMPLE), "refused: customer 'c1' is recommended no article")


def test_a_padded_answer_of_fewer_than_twelve_articles_passes(try_model, save):
    assert try_model(save(known=[*ARTICLES[:3], *[""] * 9]), AMPLE).passed


def test_a_slow_model_is_refused_with_its_latency_and_the_budget(try_model, save):
    canary = try_model(save(rounds=100), InfraGateConfig(latency_budget_ms=1, canary_queries=10))
    refused(canary, "refused: 10 canary queries, p50 ", "budget infra_gate.latency_budget_ms = 1")
    assert canary.figures["p95_ms"] > 1


def refused(canary, start, *parts):
    assert not canary.passed
    assert canary.line.startswith(start)
    assert all(part in canary.line for part in parts)
    assert "\n" not in canary.line
