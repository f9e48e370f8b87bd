"""Overlapping requests get right answers: each is compared with the answer to the same request made alone.

TensorFlow's oneDNN gives wrong answers on processors with AMX (docs/decisions/0036-onednn-is-off.md). One test shows
that the comparison finds them there with oneDNN on.
"""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.onednn.overlapping import BATCH_SIZES, compare_overlapping, difference
from benchmarks.onednn.session_model import SessionModel
from components.assemble.saved_model import save_recommender
from components.weights import copy_weights
from models.ranking.config import REFITTED, RankingConfig
from models.ranking.weights import build_network, save_network
from models.recommender import features
from models.retrieval.config import RetrievalConfig
from models.retrieval.snapshot import snapshot_name
from tests import tiny_training
from tests.serving.stock_client import StockClient
from tests.source_tree import ROOT

SIGNATURES = [
    "serving_default",
    "recommend",
    "similar_articles",
    "complete_the_look",
    "describe_articles",
    "article_outlook",
    "customer_embedding",
    "article_embedding",
    "customer_needs",
    "baselines",
    "judge",
]
HAS_AMX = "amx_tile" in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
TIMES = 12


@pytest.fixture(scope="module")
def model(served):
    return SessionModel(served.folder)


@pytest.fixture(scope="module")
def through_server(model_server, model):
    """A function like `SessionModel.ask` that asks the model server."""
    client = StockClient(model_server.port)
    yield lambda signature, batch: client.ask(model.inputs(signature, batch), signature=signature)
    client.channel.close()


@pytest.fixture(scope="session")
def default_size(tiny, transformed, tmp_path_factory):
    """The tiny shop's model with towers and ranking networks of default size; the latter untrained."""
    to = tmp_path_factory.mktemp("default-size")
    tiny_training.train_towers(tiny_training.read_data(transformed), to, RetrievalConfig(epochs=1, batch_size=64))
    config = RankingConfig()
    for folder in (".", REFITTED):
        save_network(build_network(config, features.NAMES), config, features.NAMES, to / "ranking" / folder)
    last = to / "towers" / snapshot_name(len(tiny.calendar.list_days))
    copy_weights(last, to / "ranking", transformed / "graph", tiny.content, to / "weights")
    save_recommender(tiny.states, tiny.calendar.end, to / "weights", tiny_training.RECOMMENDER, to / "model" / "1")
    return to / "model" / "1"


def test_the_list_of_signatures_is_complete(model):
    assert sorted(model.signatures) == sorted(SIGNATURES)


@pytest.mark.parametrize("sizes", BATCH_SIZES)
@pytest.mark.parametrize("signature", SIGNATURES)
def test_overlapping_runs_in_one_process_answer_like_single_runs(model, signature, sizes):
    comparison = compare_overlapping(model.ask, [(signature, size) for size in sizes], TIMES)
    assert comparison.calls >= 2 * TIMES
    assert comparison.wrong == {}


@pytest.mark.parametrize("sizes", BATCH_SIZES)
def test_overlapping_runs_of_all_signatures_answer_like_single_runs(model, sizes):
    calls = [(signature, size) for signature in SIGNATURES for size in sizes]
    assert compare_overlapping(model.ask, calls, TIMES // 2).wrong == {}


@pytest.mark.parametrize("sizes", BATCH_SIZES)
def test_overlapping_requests_are_answered_like_single_requests(through_server, sizes):
    calls = [(signature, size) for signature in SIGNATURES for size in sizes]
    assert compare_overlapping(through_server, calls, TIMES // 2).wrong == {}


def recommended(ids, scores, channels=None):
    return {
        "article_ids": np.array([ids], object),
        "scores": np.array([scores], np.float32),
        "channels": np.array([channels or [b"popular"] * len(ids)], object),
    }


@pytest.mark.parametrize(
    ("other", "equal"),
    [
        (recommended([b"a", b"b", b"c"], [3.0, 2.0, 1.0]), True),
        (recommended([b"a", b"b", b"c"], [3.00001, 2.0, 1.0]), True),
        (recommended([b"b", b"a", b"c"], [3.0, 2.0, 1.0]), False),
        (recommended([b"a", b"b", b"d"], [3.0, 2.0, 1.000001]), True),
        (recommended([b"a", b"b", b"d"], [3.0, 2.0, 1.1]), False),
        (recommended([b"a", b"b", b"c"], [3.0, 2.0, np.nan]), False),
        (recommended([b"a", b"b", b"c"], [3.0, 2.0, 1.0], [b"popular", b"popular", b"towers"]), False),
        ({"embedding": np.zeros([1, 3], np.float32)}, False),
    ],
)
def test_answers_are_equal_up_to_rounding_and_ties(other, equal):
    """Worked out by hand: `c` and `d` tie for the last place where their scores are 1 and 1.000001."""
    lone = recommended([b"a", b"b", b"c"], [3.0, 2.0, 1.0])
    assert (difference(lone, other) <= 1e-5) == equal


def test_several_values_of_an_article_are_compared():
    def answer(reason):
        codes = np.array([[[b"like_bought", reason], [b"popular_now", b""]]], object)
        return {**recommended([b"a", b"b"], [3.0, 2.0]), "reason_codes": codes}

    assert difference(answer(b"popular_now"), answer(b"popular_now")) == 0
    assert difference(answer(b"popular_now"), answer(b"")) == np.inf


@pytest.mark.parametrize(("group", "last", "equal"), [(b"Tops", b"d", True), (b"Shoes", b"d", False)])
def test_lists_of_several_groups_are_compared_one_by_one(group, last, equal):
    """`c` and `d` tie for the last place of the first group; the second group has one article."""

    def completed(name, third):
        lists, scores = [[b"a", b"b", third], [b"e", b"", b""]], [[3.0, 2.0, 1.0], [1.0, 0.0, 0.0]]
        return {
            "groups": np.array([[name, b"Hats"]], object),
            "article_ids": np.array([lists], object),
            "scores": np.array([scores], np.float32),
        }

    assert (difference(completed(b"Tops", b"c"), completed(group, last)) == 0) == equal


def test_a_wrong_answer_is_counted():
    """One in ten answers to batches of 2 is off by 1, like those of a faulty library."""
    asked = []

    def ask(signature, batch):
        asked.append(batch)
        off = batch == 2 and asked.count(2) % 10 == 0
        return {"embedding": np.full([batch, 3], float(off), np.float32)}

    comparison = compare_overlapping(ask, [("e", 3), ("e", 2)], 40)
    assert comparison.wrong.keys() == {("e", 2)}
    assert comparison.worst == 1.0


def overlap(model, times, onednn):
    """Runs the comparison of the benchmark in a process with oneDNN on ("1") or off ("0")."""
    command = [sys.executable, "-m", "benchmarks.onednn", "overlap", str(model), "--times", str(times)]
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": onednn}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.proof
@pytest.mark.skipif(not HAS_AMX, reason="this processor has no AMX (no amx_tile in /proc/cpuinfo)")
def test_overlapping_runs_give_wrong_answers_with_onednn_and_amx(default_size):
    """With oneDNN on, the comparison finds wrong answers or a signal ends the process."""
    done = overlap(default_size, 5000, onednn="1")
    assert done.returncode < 0 or done.returncode == 1, done.stdout + done.stderr


@pytest.mark.proof
def test_overlapping_runs_of_a_model_of_default_size_are_correct_without_onednn(default_size):
    done = overlap(default_size, 1000, onednn="0")
    assert done.returncode == 0, done.stdout + done.stderr
