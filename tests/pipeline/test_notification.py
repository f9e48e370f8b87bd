"""A run sends one message with its verdict; errors of the receiver are tried again and never fail the run."""

import pathlib
import types

import pytest

from components.gates.verdict import Verdict
from pipeline.config import PipelineConfig, load_config
from pipeline.notification import notified
from pipeline.notify_config import NotifyConfig
from pipeline.run import run
from pipeline.shared_steps import settings_of_run
from pipeline.step_callbacks import StepCallbacks
from tests.pipeline.webhook_server import webhook_server
from transforms.errors import ConfigError, DataError, GateError

FIGURES = {"map_at_12": 0.25, "recall_at_12": 0.5}


@pytest.fixture(autouse=True)
def _without_a_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def config_of(receiver, **changes):
    return NotifyConfig(url=receiver.url, backoff_s=0.0, **changes)


def summary_of(version="/out/serving/lookbook/7", model=True, infra=True, warnings=()):
    """The parts of a summary that a message has."""
    gates = {
        "FreshnessGate": Verdict(passed=True, line="passed"),
        "DataGate": Verdict(passed=True, line="passed", warnings=tuple(warnings)),
        "ModelGate": Verdict(passed=model, line="passed, proven: +0.1" if model else "refused: worse"),
        "InfraGate": Verdict(passed=infra, line="passed: 3 ms" if infra else "refused: 900 ms"),
    }
    return types.SimpleNamespace(version=version, figures={"recommended": FIGURES, "popular": {}}, gates=gates)


def send(folder, config, summary=None, error=None, report=False):
    """A run with this end; returns the warnings."""
    warnings = []
    with notified("run", folder / "data", folder, config, warnings.append) as outcome:
        if report:
            (folder / "report.html").write_text("<html>")
        if error is not None:
            raise error
        outcome.summary = summary
    return warnings


def test_a_pushed_version_is_told_with_figures_warnings_and_the_report(tmp_path):
    with webhook_server() as receiver:
        assert send(tmp_path, config_of(receiver), summary_of(warnings=["few rows"]), report=True) == []
    (message,) = receiver.messages
    assert message.pop("id")
    assert message.pop("host")
    assert message.pop("finished").endswith("+00:00")
    assert message.pop("seconds") >= 0
    assert message == {
        "text": f"Lookbook run in {tmp_path}: version 7 pushed, MAP@12 0.2500",
        "event": "run",
        "verdict": "pushed",
        "reason": "passed, proven: +0.1",
        "version": "7",
        "figures": FIGURES,
        "warnings": ["few rows"],
        "report": str(tmp_path / "report.html"),
        "out": str(tmp_path),
        "data": str(tmp_path / "data"),
    }


@pytest.mark.parametrize(
    ("refused", "reason"), [({"model": False}, "refused: worse"), ({"infra": False}, "refused: 900 ms")]
)
def test_a_refused_model_is_told_with_the_line_of_its_gate(tmp_path, refused, reason):
    (tmp_path / "report.html").write_text("of an earlier run")
    with webhook_server() as receiver:
        send(tmp_path, config_of(receiver), summary_of(version=None, **refused))
    (message,) = receiver.messages
    assert (message["verdict"], message["reason"], message["version"]) == ("refused", reason, None)
    assert message["text"] == f"Lookbook run in {tmp_path} refused: {reason}"
    assert message["report"] is None, "the report is that of an earlier run"


@pytest.mark.parametrize(
    ("error", "verdict"), [(GateError("data gate: too old"), "refused"), (ValueError("a\n  b"), "failed")]
)
def test_a_stopped_run_is_told_with_its_error_which_is_raised(tmp_path, error, verdict):
    with webhook_server() as receiver, pytest.raises(type(error)):
        send(tmp_path, config_of(receiver), error=error)
    (message,) = receiver.messages
    assert (message["verdict"], message["reason"]) == (verdict, " ".join(str(error).split()))
    assert message["figures"] == {}


def test_without_an_address_or_after_an_interruption_nothing_is_sent(tmp_path):
    with webhook_server() as receiver:
        assert send(tmp_path, NotifyConfig(), summary_of()) == []
        with pytest.raises(KeyboardInterrupt):
            send(tmp_path, config_of(receiver), error=KeyboardInterrupt())
    assert receiver.messages == []


def test_errors_that_may_pass_are_tried_again_with_the_same_message(tmp_path):
    with webhook_server(500, 503, 429) as receiver:
        assert send(tmp_path, config_of(receiver, attempts=4), summary_of()) == []
    assert len(receiver.messages) == 4
    assert len({message["id"] for message in receiver.messages}) == 1


@pytest.mark.parametrize(
    ("statuses", "attempts", "line"),
    [
        ((500, 502, 500), 3, "answered with status code 500"),
        ((404,), 1, "answered with status code 404"),
        ((302,), 1, "answered with status code 302"),
    ],
)
def test_an_address_that_refuses_is_one_warning_without_its_path(tmp_path, statuses, attempts, line):
    with webhook_server(*statuses) as receiver:
        warnings = send(tmp_path, config_of(receiver, attempts=3), summary_of())
    assert warnings == [f"the message to notify.url was not sent: 127.0.0.1 {line}"]
    assert len(receiver.messages) == attempts


def test_an_address_that_never_answers_is_left_after_its_timeouts(tmp_path):
    with webhook_server(None, None, None) as receiver:
        warnings = send(tmp_path, config_of(receiver, attempts=2, timeout_s=0.1), summary_of())
        assert len(receiver.messages) == 2
    assert warnings == ["the message to notify.url was not sent: 127.0.0.1 did not answer: ConnectionError"]


def test_a_closed_port_is_one_warning_and_the_runs_own_error_is_raised(tmp_path, caplog):
    with webhook_server() as receiver:
        pass
    assert len(send(tmp_path, config_of(receiver, attempts=1), summary_of())) == 1
    with pytest.raises(DataError, match="no rows"):
        send(tmp_path, config_of(receiver, attempts=1), error=DataError("no rows"))
    assert "s3cret" not in caplog.text


def test_a_run_whose_csvs_are_missing_is_told(tmp_path):
    (tmp_path / "data").mkdir()
    config = PipelineConfig(notify=NotifyConfig(url="http://127.0.0.1:1/", attempts=1))
    warnings = []
    with pytest.raises(DataError):
        run(tmp_path / "data", tmp_path / "out", config, StepCallbacks(on_warning=warnings.append))
    assert len(warnings) == 1
    with webhook_server() as receiver, pytest.raises(DataError):
        run(tmp_path / "data", tmp_path / "out", PipelineConfig(notify=config_of(receiver)))
    (message,) = receiver.messages
    assert (message["event"], message["verdict"]) == ("run", "failed")
    assert pathlib.Path(message["data"]) == tmp_path / "data"


def test_neither_results_nor_reports_depend_on_the_address():
    one = load_config(None, ["notify.url=https://example.com/hooks/s3cret", "label_days=3"])
    assert one.of_results() == load_config(None, ["label_days=3"])
    assert "s3cret" not in str(settings_of_run(one))


def test_an_address_must_be_one_of_http():
    with pytest.raises(ConfigError, match=r"^notify\.url must begin with http:// or https://\. Received: 'ftp://x'\.$"):
        load_config(None, ["notify.url=ftp://x"])
