"""The server in its own process: its output, its errors and its exit status."""

import re
import signal
import urllib.request

import pytest

from serving.client import ClientConfig, RecommenderClient
from tests.serving.server_process import READY_S, first_line, server_process
from tests.serving.warmup_records import truncate_warmup


def ended(*arguments):
    """Runs a server that ends by itself; returns its exit code, its output and its log."""
    with server_process(*arguments) as process:
        output, log = process.communicate(timeout=READY_S)
        return process.returncode, output, log


def test_the_server_reports_a_failed_version_serves_the_next_and_stops_on_sigterm(shop):
    (shop.base / "3").mkdir()
    with server_process("--base-path", shop.base, "--model-name", "lookbook", "--poll-interval-s", "0.05") as process:
        errors_seen = iter(process.stderr.readline, "")
        failure = next(line for line in errors_seen if line.startswith("error: "))
        assert "lookbook is not available: lookbook version 3: NOT_FOUND: Could not find SavedModel" in failure
        shop.push(4)
        match = re.fullmatch(r"serving lookbook on 127\.0\.0\.1:(\d+)\n", first_line(process))
        assert match
        with RecommenderClient(f"127.0.0.1:{match[1]}", ClientConfig(deadline_s=60)) as client:
            assert client.recommend_default(["c1"])[0].model_version == 4
        process.send_signal(signal.SIGTERM)
        rest, log = process.communicate(timeout=60)
        assert process.returncode == 0, log
        assert rest == ""
        assert "Traceback" not in log


def test_exit_on_failure_ends_a_server_without_a_version(shop):
    code, output, log = ended("--base-path", shop.base, "--exit-on-failure", "--load-timeout-s", "0.3")
    assert (code, output) == (1, "")
    assert f"error: lookbook is not available: no version under {shop.base}" in log


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--base-path", "/x", "--max-batch", "0"), "error: max_batch must be at least 1. Received: max_batch = 0."),
        (("--base-path", "/x", "--tls-key", "k"), "--tls-certificate and --tls-key must be given together"),
        (("--base-path", "/x", "--tls-client-ca", "ca"), "Received: --tls-client-ca alone."),
        (("--base-path", "/x", "--port", "70000"), "error: port must be in 0..65535. Received: port = 70000."),
        (("--base-path", "/x", "--metrics-port", "-1"), "error: metrics_port must be in 0..65535."),
        (("--base-path", "/x", "--host", "203.0.113.1"), "error: host must be an address of this machine."),
        (("--base-path", "/x", "--host", "no such host"), "error: host must be a name or an address."),
    ],
)
def test_invalid_settings_are_errors_of_one_line(arguments, words):
    code, _, log = ended(*arguments)
    assert code == 1
    assert words in log
    assert "Traceback" not in log


def test_a_port_in_use_is_an_error(served):
    code, _, log = ended("--base-path", "/x", "--port", served.port)
    assert code == 1
    assert f"error: port must be free. Received: 127.0.0.1:{served.port}" in log


def test_the_server_listens_on_ipv6(shop, serve):
    shop.push(1)
    port = serve(shop, host="::1").port
    with RecommenderClient(f"[::1]:{port}", ClientConfig(deadline_s=60)) as client:
        assert client.recommend_default(["c1"])[0].model_version == 1


def test_the_command_logs_which_version_replaces_a_failed_one(shop):
    shop.push(1)
    shop.push(2, edit=truncate_warmup)
    with server_process("--base-path", shop.base, "--exit-on-failure") as process:
        assert process.stdout.readline().startswith("serving lookbook on 127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=READY_S)
    assert process.returncode == 0
    assert "lookbook version 2 did not load: " in log
    assert "lookbook version 1 serves in place of 2, which did not load" in log


def test_the_command_exits_if_no_version_loads(shop):
    shop.push(1, edit=truncate_warmup)
    code, _, log = ended("--base-path", shop.base, "--exit-on-failure")
    assert code == 1
    assert "lookbook version 1: DATA_LOSS: " in log


def test_a_missing_folder_is_reported_at_once(tmp_path):
    missing = tmp_path / "nowhere"
    code, _, log = ended("--base-path", missing, "--exit-on-failure")
    assert code == 1
    assert log == f"error: --base-path must be a folder that exists. Received: {missing}.\n"
    with server_process("--base-path", missing) as process:
        line = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=READY_S)
    assert f"the folder {missing} of model lookbook cannot be read, or does not exist; waiting" in line


def test_the_address_of_the_metrics_is_printed_first(shop):
    with server_process("--base-path", shop.base, "--model-name", "lookbook", "--metrics-port", "0") as process:
        match = re.fullmatch(r"metrics on (127\.0\.0\.1:\d+)\n", first_line(process))
        assert match
        with urllib.request.urlopen(f"http://{match[1]}/metrics", timeout=READY_S) as answer:
            assert b"lookbook_serving_requests_in_flight" in answer.read()
