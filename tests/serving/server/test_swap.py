"""Versions are pushed and removed while the server answers requests."""

import collections
import gc
import shutil
import threading

import grpc
import numpy as np
import psutil
import pytest

from serving.server.config import VersionPolicy
from serving.server.version_state import VersionState
from tests.serving.queries import INPUTS, constant_requests, in_flight, version_of

OK = 0


def test_a_pushed_version_replaces_the_old_one_until_it_is_removed(shop, serve_first, eventually):
    running = serve_first()
    with constant_requests(running) as answered:
        eventually(lambda: answered, "first answers")
        shop.push(2)
        eventually(lambda: running.stock.states()[1][0] == "END", "1 dropped")
        assert running.stock.states()[2] == ("AVAILABLE", OK, "")
        shop.remove(2)
        eventually(lambda: running.stock.states()[2][0] == "END", "2 dropped")
        assert version_of(running) == 1
    changes = [a for a, b in zip(answered, [*answered[1:], None], strict=True) if a != b]
    assert set(answered) == {1, 2}
    assert changes[0] == changes[-1] == 1


def server_objects():
    """Number of the server's objects in this process by class, and number of open files.

    States of dropped versions are not counted, because the server keeps a limited number of them.
    """
    gc.collect()
    kinds = (type(thing) for thing in gc.get_objects())
    counts = collections.Counter(kind.__name__ for kind in kinds if str(kind.__module__).startswith("serving."))
    del counts[VersionState.__name__]
    return counts, psutil.Process().num_fds()


@pytest.mark.parametrize("swaps", [6, pytest.param(20, marks=pytest.mark.proof)])
def test_swaps_fail_no_request_and_leak_nothing(shop, serve_first, eventually, swaps):
    running = serve_first()
    (version,) = running.server.served_versions()
    pids, kept = {version.pid}, []
    with constant_requests(running) as answered:
        for number in range(2, 2 + swaps):
            shop.push(number)
            eventually(lambda n=number: running.stock.states()[n - 1][0] == "END", f"{number - 1} dropped")
            shop.remove(number - 1)
            (version,) = running.server.served_versions()
            assert version.version == number
            pids.add(version.pid)
            kept.append(server_objects())
    assert len(pids) == 1 + swaps, "a process for each version, which frees its memory"
    eventually(lambda: sum(map(psutil.pid_exists, pids)) == 1, "the end of all but the last")
    (early, early_files), later_swaps = kept[1], swaps - 2

    def grown():
        counts, files = server_objects()
        found = {name: count - early[name] for name, count in counts.items() if count - early[name] >= later_swaps / 2}
        return {**found, "files": files - early_files} if files - early_files >= later_swaps / 2 else found

    eventually(lambda: not grown(), "nothing grows with the number of swaps")
    assert 1 + swaps in answered


def test_version_10_is_newer_than_version_9(shop, serve):
    shop.push(9)
    shop.push(10)
    assert version_of(serve(shop)) == 10


def test_without_versions_always_present_an_empty_folder_drops_the_model(shop, serve_first, eventually):
    running = serve_first(versions_always_present=False)
    shop.remove(1)
    eventually(lambda: running.stock.states()[1][0] == "END", "1 dropped")
    with pytest.raises(grpc.RpcError) as caught:
        running.stock.predict(INPUTS)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert caught.value.details() == "Servable not found for request: Latest(lookbook)"
    shop.push(1)
    eventually(lambda: running.stock.states()[1][0] == "AVAILABLE", "1 is back")
    assert version_of(running) == 1


def test_an_empty_folder_keeps_the_loaded_version(shop, serve_first, eventually):
    running = serve_first()
    shop.remove(1)
    shop.base.rename(shop.base.with_name("unmounted"))
    assert version_of(running) == 1
    shop.base.mkdir()
    shop.push(2)
    eventually(lambda: version_of(running) == 2, "2 serves")


def test_a_missing_base_path_changes_nothing(shop, serve_first, eventually):
    running = serve_first()
    away = shop.base.with_name("unmounted")
    shop.base.rename(away)
    away_with_2 = away / "2"
    shutil.copytree(shop.exported, away_with_2)
    assert version_of(running) == 1
    away.rename(shop.base)
    eventually(lambda: version_of(running) == 2, "2 serves")


def test_a_specific_policy_serves_only_its_versions(shop, serve):
    for number in (1, 2, 3):
        shop.push(number)
    running = serve(shop, policy=VersionPolicy(specific=(2,)))
    assert version_of(running) == 2
    assert list(running.stock.states()) == [2]


def test_the_loaded_version_stays_if_the_wanted_version_is_removed(shop, serve, eventually):
    shop.push(1)
    shop.push(2)
    running = serve(shop, policy=VersionPolicy(specific=(2,)))
    shop.remove(2)
    shop.push(3)
    assert version_of(running) == 2


def test_workers_end_with_the_versions_they_serve(shop, serve_first, eventually):
    running = serve_first()
    (first,) = running.server.served_versions()
    shop.push(2)
    eventually(lambda: not psutil.pid_exists(first.pid), "the first worker's end")
    (second,) = running.server.served_versions()
    running.server.stop(grace_s=1)
    eventually(lambda: not psutil.pid_exists(second.pid), "the second worker's end")


def test_requests_in_flight_end_before_the_server_stops(serve_first, eventually):
    running = serve_first()
    answers = []

    def ask():
        answers.append(running.stock.predict({"rounds": np.int32(3000)}, signature="spin", timeout=60))

    thread = threading.Thread(target=ask)
    thread.start()
    eventually(lambda: in_flight(running) == 1 or answers, "the request in flight")
    running.server.stop(grace_s=60)
    thread.join()
    assert answers[0].outputs["x"].float_val == [1.0]
    with pytest.raises(grpc.RpcError) as caught:
        version_of(running)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
