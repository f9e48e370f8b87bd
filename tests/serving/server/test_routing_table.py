"""Requests are routed to the worker of the requested version, label or the newest version."""

import grpc
import pytest

from serving import wire
from serving.errors import StatusError
from serving.server.config import ModelConfig
from serving.server.routing_table import RoutingTable

INVALID, PRECONDITION = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION


def spec(name="lookbook", version=None, label=None):
    made = wire.PredictRequest().model_spec
    made.name = name
    if version is not None:
        made.version.value = version
    if label is not None:
        made.version_label = label
    return made


@pytest.fixture
def routes():
    """Versions 9 and 10; the label `stable` is version 9. Workers are stood in for by texts."""
    table = RoutingTable()
    table.publish("lookbook", {9: "worker of 9", 10: "worker of 10"})
    table.set_labels({"lookbook": {"stable": 9}})
    return table


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        (spec(), (10, "worker of 10")),
        (spec(version=9), (9, "worker of 9")),
        (spec(label="stable"), (9, "worker of 9")),
        (spec(version=0), None),
        (spec(version=-1), None),
        (spec(name="other"), None),
    ],
    ids=["newest", "number", "label", "version 0", "version -1", "unknown model"],
)
def test_a_request_finds_its_version_and_worker(routes, request_, found):
    assert routes.find(*routes.requested(request_)) == found


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (spec(name=""), "ModelSpec has no name specified."),
        (spec(label="next"), "Unrecognized servable version label: next"),
    ],
)
def test_a_request_without_a_name_or_with_an_unknown_label_is_invalid(routes, request_, message):
    with pytest.raises(StatusError) as caught:
        routes.requested(request_)
    assert (caught.value.code, caught.value.message) == (INVALID, message)


def test_a_published_model_replaces_only_its_own_workers(routes):
    routes.publish("other", {1: "worker of 1"})
    routes.publish("lookbook", {11: "worker of 11"})
    assert sorted(routes.all()) == [("lookbook", 11, "worker of 11"), ("other", 1, "worker of 1")]
    assert (routes.served("lookbook"), routes.served("unknown")) == ([11], [])
    routes.clear()
    assert routes.all() == []


@pytest.mark.parametrize(
    ("labels", "allow_unavailable", "accepted"),
    [
        ({"next": 10}, False, True),
        ({"next": 11}, False, False),
        ({"next": 11}, True, True),
        ({"stable": 11}, True, False),
    ],
    ids=["served version", "unavailable version", "allowed new label", "moved label"],
)
def test_a_label_must_name_a_served_version_unless_it_is_new_and_allowed(routes, labels, allow_unavailable, accepted):
    model = ModelConfig(name="lookbook", base_path="/x", labels=labels)
    if accepted:
        routes.check_labels(model, allow_unavailable)
        return
    with pytest.raises(StatusError, match="label to version 11 of model lookbook") as caught:
        routes.check_labels(model, allow_unavailable)
    assert caught.value.code is PRECONDITION
