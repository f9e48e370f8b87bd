"""HandleReloadConfigRequest is off by default, limited in time, and restricted to the reload roots."""

import os
import shutil
import threading

import grpc
import pytest
from tensorflow_serving.apis import model_management_pb2

from serving.errors import StatusError
from serving.server.config import ModelConfig, ServerConfig
from serving.server.manager import ModelManager
from tests.serving.queries import INPUTS, version_of

OK = 0


def reload_request(*models):
    """A request; models are (name, base path, version labels)."""
    request = model_management_pb2.ReloadConfigRequest()
    for name, base, labels in models:
        model = request.config.model_config_list.config.add(name=name, base_path=str(base))
        model.model_platform = "tensorflow"
        model.version_labels.update(labels)
    return request


def rejection(running, request, timeout=30):
    """Code and message of a rejected reload."""
    with pytest.raises(grpc.RpcError) as caught:
        running.stock.model.HandleReloadConfigRequest(request, timeout=timeout)
    return caught.value.code(), caught.value.details()


@pytest.fixture
def waiting_reload(shop, serve_first, tmp_path, eventually):
    """Starts a reload that waits for a model without a version; returns the server, the call and the known model."""
    running = serve_first(allow_reload=True)
    os.mkdir(tmp_path / "empty")
    known = ("lookbook", shop.base, {})
    request = reload_request(known, ("new", tmp_path / "empty", {}))
    call = running.stock.model.HandleReloadConfigRequest.future(request, timeout=3600)
    eventually(lambda: not running.server.wait_ready(timeout_s=0), "the reload waits for the new model")
    return running, call, known


def test_reload_is_off_by_default(shop, serve_first):
    running = serve_first()
    code, words = rejection(running, reload_request(("lookbook", shop.base, {})))
    assert code is grpc.StatusCode.PERMISSION_DENIED
    assert "Start the server with --allow-reload" in words
    assert version_of(running) == 1


def test_an_empty_list_does_not_drop_the_models(serve_first):
    running = serve_first(allow_reload=True)
    request = reload_request()
    request.config.model_config_list.SetInParent()
    code, words = rejection(running, request)
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert "model_config_list must name at least one model" in words
    assert version_of(running) == 1


def test_base_paths_must_be_in_or_below_the_reload_roots_after_resolving_symlinks(
    shop, serve, tmp_path, tmp_path_factory
):
    shop.push(1)
    outside = tmp_path_factory.mktemp("outside")
    shutil.copytree(shop.exported, outside / "1")
    (tmp_path / "link").symlink_to(outside)
    running = serve(shop, allow_reload=True)
    for path in (outside, tmp_path / "link", f"{tmp_path}/../{outside.name}", "/", f"{tmp_path}-other"):
        code, words = rejection(running, reload_request(("lookbook", shop.base, {}), ("new", path, {})))
        assert code is grpc.StatusCode.PERMISSION_DENIED, path
        assert f"Received: {path}. Start the server with --reload-root" in words
    assert running.server.wait_ready(timeout_s=0)


def test_reload_roots_are_configurable(shop, serve, tmp_path_factory):
    shop.push(1)
    outside = tmp_path_factory.mktemp("outside")
    shutil.copytree(shop.exported, outside / "3")
    running = serve(shop, allow_reload=True, reload_roots=(outside,))
    running.stock.model.HandleReloadConfigRequest(reload_request(("new", outside, {})), timeout=60)
    assert running.stock.predict(INPUTS, model="new").model_spec.version.value == 3
    assert rejection(running, reload_request(("lookbook", shop.base, {})))[0] is grpc.StatusCode.PERMISSION_DENIED


def test_a_missing_base_path_is_rejected_at_once_and_changes_nothing(shop, serve_first, tmp_path):
    running = serve_first(allow_reload=True)
    request = reload_request(("lookbook", shop.base, {}), ("new", tmp_path / "nowhere", {}))
    code, words = rejection(running, request, timeout=3600)
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert words == f"base_path of model new must be a folder that exists. Received: {tmp_path / 'nowhere'}."
    assert version_of(running) == 1
    assert running.server.wait_ready(timeout_s=0), "the new model is not configured"


def test_a_waiting_reload_does_not_block_another(waiting_reload):
    running, first, (name, base, _) = waiting_reload
    running.stock.model.HandleReloadConfigRequest(reload_request((name, base, {"stable": 1})), timeout=60)
    assert running.stock.predict(INPUTS, label="stable").model_spec.version.value == 1
    assert first.code() is grpc.StatusCode.ABORTED


def test_a_reload_waits_at_most_for_the_load_timeout(shop, serve, tmp_path):
    os.mkdir(tmp_path / "empty")
    running = serve(shop, allow_reload=True, load_timeout_s=0.3, wait=False)
    code, words = rejection(running, reload_request(("new", tmp_path / "empty", {})), timeout=3600)
    assert code is grpc.StatusCode.UNKNOWN
    assert "{name: new} due to error: no version found" in words


def test_a_reload_after_a_cancelled_one_is_answered(waiting_reload):
    running, cancelled, known = waiting_reload
    cancelled.cancel()
    running.stock.model.HandleReloadConfigRequest(reload_request(known), timeout=60)
    assert version_of(running) == 1


def test_a_reload_stops_waiting_when_its_caller_cancels(tmp_path, worker_host):
    manager = ModelManager(ServerConfig(poll_interval_s=0.02), worker_host)
    manager.start([])
    cancelled = threading.Event()
    timer = threading.Timer(0.2, cancelled.set)
    timer.start()
    try:
        with pytest.raises(StatusError) as caught:
            manager.reload([ModelConfig(name="new", base_path=str(tmp_path))], 3600, cancelled.is_set)
    finally:
        manager.stop(0)
    assert caught.value.code is grpc.StatusCode.CANCELLED


def test_a_reload_changes_models_and_labels(shop, serve_first, tmp_path, eventually):
    running = serve_first(allow_reload=True)
    call = running.stock.model.HandleReloadConfigRequest
    other = tmp_path / "other"
    shutil.copytree(shop.exported, other / "5")
    response = call(reload_request(("lookbook", shop.base, {"stable": 1}), ("other", other, {})), timeout=60)
    assert response.status.error_code == OK
    assert running.stock.predict(INPUTS, label="stable").model_spec.version.value == 1
    assert running.stock.predict(INPUTS, model="other").model_spec.version.value == 5
    call(reload_request(("lookbook", shop.base, {})), timeout=60)
    eventually(lambda: running.stock.states("other")[5][0] == "END", "other dropped")
    with pytest.raises(grpc.RpcError, match="Unrecognized servable version label: stable"):
        running.stock.predict(INPUTS, label="stable")
    with pytest.raises(grpc.RpcError) as caught:
        running.stock.predict(INPUTS, model="other")
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_an_empty_list_of_specific_versions_serves_none(shop, serve_first, eventually):
    running = serve_first(allow_reload=True)
    request = reload_request(("lookbook", shop.base, {}))
    request.config.model_config_list.config[0].model_version_policy.specific.SetInParent()
    running.stock.model.HandleReloadConfigRequest(request, timeout=60)
    eventually(lambda: running.stock.states()[1][0] == "END", "1 dropped, as TensorFlow Serving does")


def test_an_invalid_reload_changes_nothing(shop, serve_first, tmp_path):
    running = serve_first(allow_reload=True)
    invalid, precondition = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION
    good = ("lookbook", shop.base, {})
    no_platform = reload_request(good)
    no_platform.config.model_config_list.config[0].model_platform = ""
    other_platform = reload_request(good)
    other_platform.config.model_config_list.config[0].model_platform = "pytorch"
    new_platform = reload_request(good, ("new", shop.base, {}))
    new_platform.config.model_config_list.config[1].model_platform = "pytorch"
    cases = [
        (model_management_pb2.ReloadConfigRequest(), invalid, "ServerModelConfig type not supported"),
        (reload_request(good, good), invalid, "Illegal to list model lookbook multiple times in config list"),
        (reload_request(("x", "relative", {})), invalid, "Expected model x to have an absolute path or URI"),
        (no_platform, invalid, "Illegal setting neither ModelServerConfig::model_type"),
        (other_platform, invalid, "For model lookbook platform was tensorflow and new platform requested is pytorch"),
        (new_platform, invalid, "Model new requests unsupported platform pytorch"),
        (
            reload_request(("lookbook", shop.base, {"next": 2})),
            precondition,
            "label to version 2 of model lookbook, which is not currently available for inference",
        ),
    ]
    for request, code, words in cases:
        with pytest.raises(grpc.RpcError) as caught:
            running.stock.model.HandleReloadConfigRequest(request, timeout=30)
        assert caught.value.code() is code
        assert words in caught.value.details()
        assert version_of(running) == 1


def test_a_reload_reports_why_a_new_model_is_not_available(shop, serve_first, tmp_path):
    running = serve_first(allow_reload=True)
    (tmp_path / "broken" / "1").mkdir(parents=True)
    request = reload_request(("lookbook", shop.base, {}), ("broken", tmp_path / "broken", {}))
    with pytest.raises(grpc.RpcError) as caught:
        running.stock.model.HandleReloadConfigRequest(request, timeout=60)
    assert caught.value.code() is grpc.StatusCode.UNKNOWN
    assert "1 model(s) did not become available: {{{name: broken version: 1}" in caught.value.details()
    assert version_of(running) == 1
