"""A run writes its record and its report at its end, also if a step fails; a report that fails is one warning."""

import json
import time

import pytest

from lookbook.cli import main
from pipeline import reported as module
from pipeline.config import PipelineConfig
from pipeline.local import run_locally
from pipeline.reported import Source, reported
from pipeline.run_outputs import find_outputs
from pipeline.step_callbacks import StepCallbacks
from tests.pages.page_parser import PageParser
from tests.pipeline.tiny_steps import three_steps
from transforms.errors import StepError


@pytest.fixture
def run(tmp_path):
    """Runs three steps that are none of the pipeline's, with a report at the end; returns the warnings."""

    def once(**changes):
        warnings = []
        callbacks = StepCallbacks(on_warning=warnings.append)
        source = Source(tmp_path / "data", "f1a9")
        with reported(tmp_path, "run", PipelineConfig(), source, callbacks, time.monotonic()) as watched:
            run_locally(three_steps(tmp_path, **changes), tmp_path / "metadata.db", watched)
        return warnings

    return once


def texts(tmp_path):
    return PageParser((tmp_path / "report.html").read_text()).text


def record(tmp_path):
    return json.loads((tmp_path / "run.json").read_text())


def test_a_finished_run_has_its_steps_in_the_record_and_a_report(run, tmp_path):
    assert run() == []
    made = record(tmp_path)
    assert [(step["name"], step["cached"]) for step in made["steps"]] == [
        ("First", False),
        ("Second", False),
        ("Third", False),
    ]
    assert (made["failed_step"], made["error"], made["settings"]["label_days"]) == (None, None, 7)
    assert made["seconds"] > 0
    assert made["peak_gib"] > 0
    assert (made["fingerprint"], made["data_dir"]) == ("f1a9", str(tmp_path / "data"))
    assert "Not pushed" in texts(tmp_path)


def test_a_failed_run_has_a_report_with_the_step_and_its_error(run, tmp_path):
    with pytest.raises(StepError, match="step Second failed"):
        run(fail=True)
    made = record(tmp_path)
    assert made["failed_step"] == "Second"
    assert [step["name"] for step in made["steps"]] == ["First"]
    assert "Failed" in texts(tmp_path)
    (lead,) = [text for text in texts(tmp_path) if text.startswith("Step Second failed: ")]
    assert "the step must fail" in lead


def test_an_interrupted_run_has_no_report(tmp_path):
    source = Source(tmp_path, "f1a9")
    with pytest.raises(KeyboardInterrupt), reported(tmp_path, "run", PipelineConfig(), source, StepCallbacks(), 0.0):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_fails_is_a_warning_of_one_line(run, tmp_path, monkeypatch):
    def fail(*arguments, **named):
        raise OSError(28, "No space left on device")

    run()
    monkeypatch.setattr(module, "report_run", fail)
    (warning,) = run()
    assert warning.startswith("the report could not be written: [Errno 28] No space left on device")
    assert not (tmp_path / "report.html").exists(), "the report of an earlier run must not pass for that of this one"
    with pytest.raises(StepError):
        run(fail=True)


def test_the_newest_run_is_found_by_ml_metadata_and_steps_that_failed_are_not_in_it(run, tmp_path):
    assert find_outputs(tmp_path) is None
    run()
    found = find_outputs(tmp_path)
    assert found.pipeline == "three"
    assert list(found.outputs) == ["First", "Second", "Third"]
    assert (found.outputs["Second"]["made"] / "word").read_text() == "hoho"
    with pytest.raises(StepError):
        run(word="hi", fail=True)
    assert list(find_outputs(tmp_path).outputs) == ["First"]


def test_the_command_writes_the_report_again(run, tmp_path, capsys):
    run()
    written = (tmp_path / "report.html").read_text()
    (tmp_path / "report.html").unlink()
    assert main(["report", "--out", str(tmp_path), "--to", str(tmp_path / "to" / "r.html")]) == 0
    assert (tmp_path / "to" / "r.html").read_text() == written
    assert capsys.readouterr().err == f"the report is in {tmp_path / 'to' / 'r.html'}\n"
    (tmp_path / "run.json").unlink()  # as a run of an earlier release
    assert main(["report", "--out", str(tmp_path)]) == 0
    assert "Not pushed" in texts(tmp_path)


def test_the_command_says_that_there_was_no_run(tmp_path, capsys):
    assert main(["report", "--out", str(tmp_path)]) == 1
    assert "--out must hold a run. Received: no run in" in capsys.readouterr().err
