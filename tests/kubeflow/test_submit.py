"""Uploads, runs, schedules and waits with KFP's own client, against a fake API."""

import json
import socket

import pytest
import yaml

from kubeflow.schedule import kubeflow_cron
from kubeflow.submit import MAX_LOST_POLLS, ClusterError, connect, submit, wait
from lookbook.cli import main
from tests.kubeflow.conftest import GOLDEN
from tests.kubeflow.fake_cluster import FakeCluster
from transforms.errors import ConfigError

FILE = GOLDEN / "kubeflow-cpu.yaml"


@pytest.fixture
def cluster(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))  # KFP's client reads its context from there
    fake = FakeCluster()
    yield fake
    fake.close()


@pytest.fixture
def client(cluster):
    return connect(cluster.host)


def sent(client, version="may", **changes):
    given = {"pipeline": "lookbook", "experiment": "shop", "parameters": {"data_version": "may"}, **changes}
    return submit(client, FILE, version=version, **given)


def test_the_first_upload_creates_the_pipeline_and_each_upload_a_version(cluster, client):
    first, second = sent(client), sent(client, "june")
    assert cluster.pipelines == {"lookbook": "pipeline-1"}
    names = [(pipeline, name) for pipeline, name, _ in cluster.versions.values()]
    assert names == [("pipeline-1", "lookbook"), ("pipeline-1", "may"), ("pipeline-1", "june")]
    assert all(file == FILE.read_bytes() for _, _, file in cluster.versions.values())
    assert cluster.versions[first.version_id][1] == "may"
    assert cluster.experiments == {"shop": "experiment-1"}
    run = cluster.runs[second.run_id]
    assert run["pipeline_version_reference"] == {"pipeline_id": "pipeline-1", "pipeline_version_id": second.version_id}
    assert run["runtime_config"]["parameters"] == {"data_version": "may"}
    assert run["experiment_id"] == "experiment-1"


def test_a_schedule_has_six_fields_and_replaces_the_former_one(cluster, client):
    other = sent(client, pipeline="lookbook-refresh", schedule="30 2 * * *")
    first = sent(client, schedule="0 3 * * 1")
    second = sent(client, "june", schedule="0 4 * * MON")
    assert second.replaced == (first.run_id,)
    assert set(cluster.recurring) == {other.run_id, second.run_id}
    made = cluster.recurring[second.run_id]
    assert made["trigger"] == {"cron_schedule": {"cron": "0 0 4 * * MON"}}
    assert (made["mode"], made["no_catchup"], made["max_concurrency"]) == ("ENABLE", True, 1)
    # The new one is created before the old one is deleted.
    calls = [call for call in cluster.calls if "recurringruns" in call[1] and call[0] != "GET"]
    assert [method for method, _ in calls] == ["POST", "POST", "POST", "DELETE"]
    assert cluster.runs == {}


@pytest.mark.parametrize(
    ("schedule", "six"),
    [
        ("0 3 * * 1", "0 0 3 * * 1"),
        ("*/15 0-6 1,15 * *", "0 */15 0-6 1,15 * *"),
        ("0 3 * jan-mar ?", "0 0 3 * jan-mar ?"),
    ],
)
def test_five_fields_become_six(schedule, six):
    assert kubeflow_cron(schedule) == six


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("0 0 3 * * 1", "five fields"),
        ("@weekly", "five fields"),
        ("", "five fields"),
        ("60 3 * * 1", r"minute must lie in \[0, 59\]"),
        ("0 24 * * 1", r"hour must lie in \[0, 23\]"),
        ("0 3 0 * *", r"day of month must lie in \[1, 31\]"),
        ("0 3 * 13 *", r"month must lie in \[1, 12\]"),
        ("0 3 * * 7", r"day of week must lie in \[0, 6\]"),
        ("0 5-3 * * 1", "hour must lie in"),
        ("*/0 3 * * 1", "minute must lie in"),
        ("x 3 * * 1", "minute must lie in"),
    ],
)
def test_an_invalid_schedule_is_an_error_before_any_upload(schedule, message, cluster, client):
    with pytest.raises(ConfigError, match=message):
        sent(client, schedule=schedule)
    assert cluster.versions == {}


def test_waiting_reports_each_state_once_and_ends_with_success(cluster, client):
    cluster.states = ["PENDING", "RUNNING", "RUNNING", "SUCCEEDED"]
    states, waits = [], []
    wait(client, "run-1", timeout_s=1e6, on_state=states.append, sleep=waits.append)
    assert states == ["PENDING", "RUNNING", "SUCCEEDED"]
    assert len(waits) == 3


@pytest.mark.parametrize("state", ["FAILED", "CANCELED", "ERROR", "SKIPPED"])
def test_a_run_that_does_not_succeed_is_an_error_with_its_failed_tasks(state, cluster, client):
    cluster.states = [state]
    tasks = [{"display_name": "ingest", "state": "FAILED"}, {"display_name": "push", "state": "SUCCEEDED"}]
    cluster.details = {"run_details": {"task_details": tasks}, "error": {"code": 2, "message": "out of memory"}}
    with pytest.raises(ClusterError, match=f"run run-1 ended as {state}; failed: ingest; out of memory"):
        wait(client, "run-1", timeout_s=1e6, sleep=lambda seconds: None)


def test_a_timeout_is_an_error_with_the_state_of_the_run(cluster, client):
    cluster.states = ["RUNNING"]
    clock = iter(range(0, 1000, 10))
    with pytest.raises(ClusterError, match="must end within 30 s; it is still RUNNING"):
        wait(client, "run-1", timeout_s=30, sleep=lambda seconds: None, now=lambda: next(clock))


def test_failed_polls_are_retried(cluster, client):
    cluster.lose = MAX_LOST_POLLS - 1
    wait(client, "run-1", timeout_s=1e6, sleep=lambda seconds: None)
    cluster.lose = MAX_LOST_POLLS
    with pytest.raises(ClusterError, match="answered 503"):
        wait(client, "run-1", timeout_s=1e6, sleep=lambda seconds: None)


def test_a_refused_request_is_an_error_with_the_status(cluster, client):
    cluster.refuse = 401
    with pytest.raises(ClusterError, match=r"answered 401.*who are you"):
        sent(client)


def test_two_pipelines_of_one_name_are_an_error(cluster, client, monkeypatch):
    monkeypatch.setattr(cluster, "answer", lambda *request: (200, {"pipelines": [{"pipeline_id": "a"}] * 2}))
    with pytest.raises(ClusterError, match="Multiple pipelines with the name: lookbook"):
        sent(client)


def test_the_command_compiles_submits_and_waits(cluster, capsys):
    assert main(["submit", "--host", cluster.host, "--file", str(FILE), "--version", "7"]) == 0
    out = capsys.readouterr().out
    assert "version     7 of the pipeline lookbook, version-2" in out
    assert "state       succeeded" in out
    parameters = cluster.runs["run-1"]["runtime_config"]["parameters"]
    assert set(parameters) == {"data_version"}
    assert parameters["data_version"].startswith("20")


def test_the_command_compiles_and_schedules_a_refresh_with_a_token(cluster, capsys, tmp_path):
    (tmp_path / "token").write_text("secret\n")
    words = ["--pipeline", "refresh", "--preset", "kubeflow-cpu", "--schedule", "0 2 * * *"]
    words += ["--parameter", "data_dir=/mnt/lookbook/today", "--token-file", str(tmp_path / "token")]
    assert main(["submit", "--host", cluster.host, *words]) == 0
    assert "schedule    0 2 * * *, recurring-1" in capsys.readouterr().out
    (made,) = cluster.recurring.values()
    assert made["display_name"] == "lookbook-refresh"
    assert made["runtime_config"]["parameters"] == {
        "data_dir": "/mnt/lookbook/today",
        "data_version": "[[ScheduledTime]]",
    }
    assert cluster.tokens == {"Bearer secret"}
    (_, _, file), *_ = cluster.versions.values()
    spec, _ = yaml.safe_load_all(file)
    assert "current-states" in spec["root"]["dag"]["tasks"]
    assert "secret" not in json.dumps(made)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--host", "localhost:8888"], 1, "host must begin with http"),
        (["--host", "HOST", "--schedule", "at three"], 2, "five fields"),
        (
            ["--host", "HOST", "--parameter", "colour=red"],
            2,
            "parameter must be one of allow_older, data_dir, data_version",
        ),
        (["--host", "HOST", "--parameter", "colour"], 2, "must be NAME=VALUE"),
    ],
)
def test_wrong_options_are_errors_before_any_upload(words, code, message, cluster, capsys):
    words = [cluster.host if word == "HOST" else word for word in words]
    assert main(["submit", "--file", str(FILE), *words]) == code
    assert message in capsys.readouterr().err
    assert cluster.versions == {}


def test_a_failed_run_exits_with_1(cluster, capsys):
    cluster.states = ["FAILED"]
    assert main(["submit", "--host", cluster.host, "--file", str(FILE)]) == 1
    assert "lookbook: run run-1 ended as FAILED" in capsys.readouterr().err


def test_an_unreachable_cluster_is_an_error(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # without listening
        host = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert main(["submit", "--host", host, "--file", str(FILE)]) == 1
    assert "cannot be reached" in capsys.readouterr().err
