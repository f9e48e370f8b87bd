"""Requests of the tests to the small model."""

import threading
from contextlib import contextmanager

import grpc

INPUTS = {"customer_id": ["c1"]}


def version_of(running):
    return running.stock.predict(INPUTS).model_spec.version.value


@contextmanager
def constant_requests(running):
    """Sends requests during the block and yields the versions that answered; a failed request fails the test."""
    answered, failures, stop = [], [], threading.Event()

    def ask():
        while not stop.is_set():
            try:
                answered.append(version_of(running))
            except grpc.RpcError as error:
                failures.append((error.code(), error.details()))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield answered
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
