"""Requests of the tests to the small model."""

import threading
from contextlib import contextmanager

import grpc

INPUTS = {"customer_id": ["c1"]}


def sample(running, name, **labels):
    """Returns the value of a metric of the server, or None."""
    return running.server.metrics.registry.get_sample_value(f"lookbook_serving_{name}", labels)


def in_flight(running):
    return sample(running, "requests_in_flight")


def answered_requests(running, version="", code="OK"):
    """Returns the number of calls of Predict that were answered with a version and a code."""
    return sample(running, "requests_total", method="Predict", model="lookbook", version=version, code=code) or 0


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
