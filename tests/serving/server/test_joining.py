"""Requests are joined only if the model declares independent rows."""

import json
import shutil
import threading

import numpy as np
import pytest
import tensorflow as tf

from serving.server.joining import rows_are_independent

CLIENTS = 6
REQUESTS = 10  # of each client


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A model whose rows depend on each other: an answer is the mean of all numbers in the run, and their count."""

    class Mean(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def mean(self, x):
            step = lambda i, y: (i + 1, tf.linalg.matmul(y, y) / 96.0)  # noqa: E731
            _, busy = tf.while_loop(lambda i, _: i < 200, step, (0, tf.ones([96, 96])))  # so that other requests wait
            together = tf.fill(tf.shape(x), tf.cast(tf.size(x), tf.float32))
            return {"mean": tf.fill(tf.shape(x), tf.reduce_mean(x)), "together": together * busy[0, 0]}

    model, path = Mean(), tmp_path_factory.mktemp("mean") / "model"
    tf.saved_model.save(model, str(path), signatures={"serving_default": model.mean})
    return path


def declare(version, tree):
    (version / "assets.extra").mkdir(exist_ok=True)
    (version / "assets.extra" / "lookbook.json").write_text(json.dumps(tree))


def ask_at_once(running):
    """Each client sends its own number repeatedly; returns (number, mean, count of numbers in the run)."""
    answers = []

    def ask(number):
        for _ in range(REQUESTS):
            outputs = running.stock.predict({"x": np.float32([number])}).outputs
            answers.append((number, outputs["mean"].float_val[0], outputs["together"].float_val[0]))

    threads = [threading.Thread(target=ask, args=(float(n),)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("tree", [None, {}, {"independent_rows": False}, {"independent_rows": "yes"}])
def test_without_the_declaration_each_client_gets_its_own_answer(shop, serve, tree):
    shop.push(1, edit=lambda version: declare(version, tree) if tree is not None else None)
    answers = ask_at_once(serve(shop, joined_runs=1, joined_rows=64))
    assert len(answers) == CLIENTS * REQUESTS
    assert [(mean, together) for _, mean, together in answers] == [(number, 1.0) for number, *_ in answers]


def test_with_the_declaration_requests_are_joined(shop, serve, eventually):
    shop.push(1, edit=lambda version: declare(version, {"independent_rows": True}))
    running = serve(shop, joined_runs=1, joined_rows=64)
    eventually(lambda: max(together for *_, together in ask_at_once(running)) > 1, "a run for several requests")


@pytest.mark.parametrize("text", ["", "[]", "true", "{", b"\xff"])
def test_an_unreadable_declaration_counts_as_none(tmp_path, text):
    (tmp_path / "assets.extra").mkdir()
    (tmp_path / "assets.extra" / "lookbook.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert not rows_are_independent(tmp_path)
    shutil.rmtree(tmp_path / "assets.extra")
    assert not rows_are_independent(tmp_path)
