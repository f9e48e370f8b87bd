"""Recall by exact search, and both ways of training on the tiny shop."""

import dataclasses

import numpy as np
import pytest

from benchmarks.performance.towers import WAYS, Spec, recall, train


def test_recall_is_the_share_found_among_the_nearest():
    articles = np.eye(4, dtype=np.float32)
    queries = np.array([[4, 3, 2, 1], [4, 3, 2, 1], [1, 2, 3, 4]], np.float32)

    assert recall(queries, articles, np.array([0, 2, 2]), k=2) == pytest.approx(2 / 3)
    assert recall(queries, articles, np.array([0, 2, 2]), k=3) == 1.0


@pytest.mark.proof
def test_both_ways_train_on_the_same_purchases(tiny, transformed):
    spec = Spec(
        way="ours",
        transformed=str(transformed / "transformed"),
        graph=str(transformed / "graph"),
        content=str(tiny.vectors),
        batch_size=32,
        epochs=2,
        label_days=7,
    )
    ours, notebook = (train(dataclasses.replace(spec, way=way)) for way in WAYS)

    for same in ("examples", "queries", "dim", "epochs"):
        assert ours[same] == notebook[same] > 0
    assert ours["val_recall_at_100"] == notebook["val_recall_at_100"] == 1.0  # there are thirty articles
    assert min(ours["examples_per_s"], notebook["examples_per_s"]) > 0
