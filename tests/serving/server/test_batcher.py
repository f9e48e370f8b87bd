"""Requests that arrive while the graph is busy are joined; each gets its own rows."""

import threading
from types import SimpleNamespace

import grpc
import numpy as np
import pytest
from tensorflow.core.protobuf import meta_graph_pb2

from serving.errors import StatusError
from serving.server.batcher import Batcher
from serving.server.joining import can_be_joined, joining_key

TIMEOUT_S = 60.0


class Graph:
    """Doubles x; the first run waits for `end`. Negative numbers raise."""

    def __init__(self):
        self.runs, self.begun, self.end = [], threading.Event(), threading.Event()

    def __call__(self, key, feeds, timeout_s):
        self.runs.append((key, feeds["x"].tolist()))
        if not self.begun.is_set():
            self.begun.set()
            assert self.end.wait(TIMEOUT_S)
        if (feeds["x"] < 0).any():
            raise StatusError(grpc.StatusCode.INVALID_ARGUMENT, "negative")
        return [2 * feeds["x"], feeds["x"] + 1]


@pytest.fixture
def run_behind_a_busy_graph(eventually):
    """Runs one request that keeps the graph busy, then others; returns runs, and answers or errors in order."""

    def ask(others, *, max_rows=8, keys=None):
        graph = Graph()
        batcher = Batcher(graph, max_rows=max_rows, max_runs=1)
        requests = [[0.0], *others]
        answers = [None] * len(requests)

        def run(number):
            try:
                key = keys[number - 1] if keys and number else "key"
                found = batcher.run(key, {"x": np.array(requests[number])}, TIMEOUT_S)
                answers[number] = [array.tolist() for array in found]
            except StatusError as error:
                answers[number] = error

        threads = [threading.Thread(target=run, args=(number,)) for number in range(len(requests))]
        threads[0].start()
        assert graph.begun.wait(TIMEOUT_S)
        for waiting, thread in enumerate(threads[1:], 1):
            thread.start()
            eventually(lambda n=waiting: batcher.waiting == n, "the request waits", TIMEOUT_S)
        graph.end.set()
        for thread in threads:
            thread.join()
        return SimpleNamespace(runs=graph.runs, first=answers[0], answers=answers[1:], batcher=batcher)

    return ask


def test_a_request_runs_alone_if_the_graph_is_free(run_behind_a_busy_graph):
    found = run_behind_a_busy_graph([])
    assert found.first == [[0.0], [1.0]]
    assert found.runs == [("key", [0.0])]


def test_waiting_requests_are_joined_and_each_gets_its_own_rows(run_behind_a_busy_graph):
    found = run_behind_a_busy_graph([[1.0], [2.0, 3.0], [4.0]])
    assert found.runs == [("key", [0.0]), ("key", [1.0, 2.0, 3.0, 4.0])]
    assert found.answers == [[[2.0], [2.0]], [[4.0, 6.0], [3.0, 4.0]], [[8.0], [5.0]]]


def test_a_joined_run_has_at_most_max_rows(run_behind_a_busy_graph):
    found = run_behind_a_busy_graph([[1.0, 1.0], [2.0, 2.0], [3.0]], max_rows=3)
    assert [rows for _, rows in found.runs] == [[0.0], [1.0, 1.0, 3.0], [2.0, 2.0]]
    assert [answer[0] for answer in found.answers] == [[2.0, 2.0], [4.0, 4.0], [6.0]]


def test_requests_with_different_keys_are_not_joined(run_behind_a_busy_graph):
    found = run_behind_a_busy_graph([[1.0], [2.0], [3.0]], keys=["a", "b", "a"])
    assert found.runs[1:] == [("a", [1.0, 3.0]), ("b", [2.0])]


def test_an_invalid_request_does_not_fail_the_requests_joined_with_it(run_behind_a_busy_graph):
    found = run_behind_a_busy_graph([[1.0], [-1.0], [3.0]])
    assert [found.answers[0][0], found.answers[2][0]] == [[2.0], [6.0]]
    assert found.answers[1].code is grpc.StatusCode.INVALID_ARGUMENT
    assert [rows for _, rows in found.runs[1:]] == [[1.0, -1.0, 3.0], [1.0], [-1.0], [3.0]]


def test_the_graph_is_free_after_a_failed_run(run_behind_a_busy_graph):
    found = run_behind_a_busy_graph([[-1.0]])
    assert found.batcher.run("key", {"x": np.array([5.0])}, TIMEOUT_S)[0].tolist() == [10.0]


def test_a_request_that_waits_too_long_fails_and_leaves_the_queue(eventually):
    graph = Graph()
    batcher = Batcher(graph, max_rows=8, max_runs=1)
    busy = threading.Thread(target=lambda: batcher.run("key", {"x": np.array([0.0])}, TIMEOUT_S))
    busy.start()
    assert graph.begun.wait(TIMEOUT_S)
    with pytest.raises(StatusError) as caught:
        batcher.run("key", {"x": np.array([1.0])}, 0.01)
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    graph.end.set()
    busy.join()
    assert batcher.run("key", {"x": np.array([2.0])}, TIMEOUT_S)[0].tolist() == [4.0]
    assert [rows for _, rows in graph.runs] == [[0.0], [2.0]]


@pytest.mark.parametrize("rows", [0, 8, 9])
def test_requests_without_rows_or_with_max_rows_do_not_wait(rows):
    graph = Graph()
    graph.begun.set()
    batcher = Batcher(graph, max_rows=8, max_runs=0)
    assert batcher.run("key", {"x": np.ones(rows)}, TIMEOUT_S)[0].tolist() == [2.0] * rows


def signature(inputs, outputs):
    """A SignatureDef; inputs and outputs are (dtype number, shape) by name."""
    made = meta_graph_pb2.SignatureDef()
    for tensors, given in ((made.inputs, inputs), (made.outputs, outputs)):
        for name, (dtype, shape) in given.items():
            tensors[name].name, tensors[name].dtype = f"{name}:0", dtype
            tensors[name].tensor_shape.SetInParent()
            for size in shape:
                tensors[name].tensor_shape.dim.add(size=size)
    return made


STRING, FLOAT, INT = 7, 1, 3
ROWS, TABLE = (STRING, [-1]), (STRING, [-1, -1])


@pytest.mark.parametrize(
    ("inputs", "outputs", "joinable"),
    [
        ({"id": ROWS}, {"ids": (STRING, [-1, 12])}, True),
        ({"id": ROWS, "recent": TABLE, "k": (INT, [])}, {"ids": TABLE}, True),
        ({"rounds": (INT, [])}, {"x": (FLOAT, [])}, False),
        ({"id": ROWS}, {"mean": (FLOAT, [])}, False),
        ({"id": (STRING, [3])}, {"ids": TABLE}, False),
        ({"id": ROWS, "name": (STRING, [])}, {"ids": TABLE}, False),
    ],
    ids=[
        "rows",
        "rows and a number",
        "no rows",
        "one answer for all rows",
        "a fixed number of rows",
        "one text for all rows",
    ],
)
def test_a_signature_is_joinable_if_inputs_and_outputs_have_rows(inputs, outputs, joinable):
    assert can_be_joined(signature(inputs, outputs)) is joinable


def test_requests_that_differ_only_in_their_rows_have_equal_keys():
    made = signature({"id": ROWS, "recent": TABLE, "k": (INT, [])}, {"ids": TABLE})

    def key(rows=1, width=2, k=12, name="recommend", aliases=("ids",)):
        feeds = {"id:0": np.full(rows, b"", object), "recent:0": np.full((rows, width), b""), "k:0": np.int32(k)}
        return joining_key(name, made, feeds, aliases)

    assert key() == key(rows=3)
    others = [key(width=3), key(k=13), key(name="other"), key(aliases=())]
    assert len({key(), *others}) == 5


def test_requests_with_other_ranks_than_the_signature_are_not_joined():
    made = signature({"id": ROWS, "recent": TABLE}, {"ids": TABLE})
    flat, table = np.full(2, b"", object), np.full((2, 3), b"", object)
    assert joining_key("s", made, {"id:0": flat, "recent:0": table}, ("ids",)) is not None
    assert joining_key("s", made, {"id:0": flat, "recent:0": flat}, ("ids",)) is None
    assert joining_key("s", made, {"id:0": flat[:1], "recent:0": table}, ("ids",)) is None
