"""The report is written as a file and into the pushed version, and the component never fails the run."""

import json

import pytest

from components.report.component import Report
from components.report.executor import add_to_version, write_report
from tests.components.report.conftest import HOSTILE
from tests.pages.page_parser import PageParser

INPUTS = {
    "tables": ("Ingest", "tables"),
    **{
        f"{table}_{output}": (f"{step}_{table}", output)
        for table in ("articles", "customers", "transactions")
        for step, output in (("statistics", "statistics"), ("validator", "anomalies"))
    },
    "freshness_gate": ("FreshnessGate", "verdict"),
    "data_gate": ("DataGate", "verdict"),
    "drift_statistics": ("DriftStatistics", "statistics"),
    "drift_baseline": ("DriftStatistics", "baseline"),
    "drift_anomalies": ("DriftValidator", "anomalies"),
    "drift_gate": ("DriftGate", "verdict"),
    "ranking_drift_gate": ("RankingDriftGate", "verdict"),
    "model_blessing": ("ModelGate", "blessing"),
    "infra_blessing": ("InfraGate", "blessing"),
    "evaluation": ("Evaluator", "evaluation"),
    "pushed_model": ("Push", "pushed_model"),
    "insights": ("Insights", "insights"),
}


def test_the_file_shows_the_figures_of_the_artifacts(run, tmp_path):
    write_report(run, tmp_path / "report.html")
    parsed = PageParser((tmp_path / "report.html").read_text())
    assert parsed.errors == []
    assert {"Pushed", "7", "0.8333", "40.0 %", "few customers"} & {*parsed.text} >= {"Pushed", "7", "0.8333"}
    assert any(HOSTILE in text for text in parsed.text)


def test_the_pushed_version_gets_the_report_and_the_record_with_the_size_of_the_data(run, tmp_path):
    write_report(run, tmp_path / "report.html")
    add_to_version(run, tmp_path / "report.html")
    extra = run.serving_dir / "7" / "assets.extra"
    assert (extra / "report.html").read_bytes() == (tmp_path / "report.html").read_bytes()
    record = json.loads((extra / "run.json").read_text())
    assert record["data"]["transactions"] == 2
    assert record["data"]["last_day"] == "2020-09-22"
    assert record["data_dir"] is None, "a version is read on other machines"
    assert not (run.serving_dir / "5" / "assets.extra" / "report.html").exists()


@pytest.mark.parametrize("gone", ["version", "push"])
def test_without_a_version_nothing_is_added(run, tmp_path, gone):
    (tmp_path / "report.html").write_text("")
    if gone == "push":
        (run.outputs["Push"]["pushed_model"] / "version.json").unlink()
    else:
        (run.outputs["Push"]["pushed_model"] / "version.json").write_text('{"version": "6"}')
    add_to_version(run, tmp_path / "report.html")
    assert list(run.serving_dir.rglob("report.html")) == []


class Channel:
    def __init__(self, uri):
        self.uri = str(uri)


def call(run, to, settings):
    """Runs the body of the component, as TFX does."""
    artifacts = {name: Channel(run.outputs[step][output]) for name, (step, output) in INPUTS.items()}
    body = Report.EXECUTOR_SPEC.executor_class._FUNCTION
    paths = {"serving_dir": str(run.serving_dir), "data_dir": str(to), "fingerprint": "f1a9", "photos_key": "p"}
    body(**artifacts, **paths, settings=json.dumps(settings), report=Channel(to))


SETTINGS = {
    "pipeline": "run",
    "run": {"label_days": 7},
    "pipeline_version": "new",
    "package": "lookbook 0.1.0",
    "code_version": "v",
}


def test_the_component_writes_the_page_and_the_version(run, tmp_path):
    (tmp_path / "to").mkdir()
    call(run, tmp_path / "to", SETTINGS)
    assert "Pushed" in (tmp_path / "to" / "report.html").read_text()
    assert json.loads((run.serving_dir / "7" / "assets.extra" / "run.json").read_text())["code_version"] == "new"


def test_a_report_that_cannot_be_written_does_not_fail_the_component(run, tmp_path, caplog):
    (tmp_path / "to").write_text("a file where the folder should be")
    call(run, tmp_path / "to", SETTINGS)
    assert "the report could not be written" in caplog.text
