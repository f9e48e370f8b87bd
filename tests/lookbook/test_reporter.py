"""Progress of a long command on a terminal, in a file, and as JSON."""

import io
import json
import logging
import sys
import warnings

import pytest
from rich.console import Console

from lookbook.bar import Bar
from lookbook.cli import main
from pipeline.step_callbacks import Step
from transforms.errors import DataError
from transforms.progress import LOGGER, Progress


class Terminal(io.StringIO):
    """A text stream that is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def run(replace_run, monkeypatch, tmp_path):
    """Runs `lookbook run` with two steps, the second with a progress and warnings, and optionally an error."""

    def with_options(*options, error=None, warning=None):
        def fake(data_dir, out_dir, config, callbacks, **_):
            callbacks.on_start("Ingest", 1, 2)
            callbacks.on_finish(Step(name="Ingest", cached=True, seconds=0.01, outputs={}))
            callbacks.on_start("Features", 2, 2)
            with Progress("states", "purchases", 40) as progress:
                progress.advance(40)
            logging.getLogger("tfx").warning("a warning of TFX")
            warnings.warn("a warning of Python", UserWarning, stacklevel=1)
            if warning:
                callbacks.on_warning(warning)
            if error:
                raise error
            callbacks.on_finish(Step(name="Features", cached=False, seconds=5.94, outputs={}))

        replace_run(fake)
        monkeypatch.setattr("lookbook.run_summary.print_summary", lambda summary, out: print("the figures"))
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            return main(["run", "--data", str(tmp_path), "--out", str(tmp_path / "out"), *options])

    with_options.log = tmp_path / "out" / "run.log"
    return with_options


def test_without_a_terminal_only_the_steps_are_printed(run, monkeypatch, capsys):
    monkeypatch.setattr(warnings, "showwarning", lambda *given, **named: None)
    assert run() == 0
    printed = capsys.readouterr()
    assert printed.err.splitlines() == [
        "[ 1/2] Ingest                   cached",
        "[ 2/2] Features                 5.9 s",
    ]
    assert printed.out == "the figures\n"
    assert "states: 40 purchases" in run.log.read_text()


def test_a_warning_of_the_run_is_one_line_and_the_run_goes_on(run, monkeypatch, capsys):
    """Such as a report that cannot be written."""
    monkeypatch.setattr(warnings, "showwarning", lambda *given, **named: None)
    assert run(warning="the report could not be written") == 0
    printed = capsys.readouterr().err.splitlines()
    assert "lookbook: warning: the report could not be written" in printed
    assert printed[-1] == "[ 2/2] Features                 5.9 s"
    assert run("--json-logs", warning="the report could not be written") == 0
    (event,) = [
        each for each in map(json.loads, capsys.readouterr().err.splitlines()) if each.get("event") == "warning"
    ]
    assert event["message"] == "the report could not be written"


def test_on_a_terminal_the_bar_is_erased_and_the_steps_remain(run, monkeypatch, capsys):
    monkeypatch.setattr(warnings, "showwarning", lambda *given, **named: None)
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert run() == 0
    drawn = sys.stderr.getvalue()
    assert "[ 1/2] Ingest                   cached\n" in drawn
    assert drawn.rstrip().endswith("[ 2/2] Features                 5.9 s")
    assert "\x1b[2K" in drawn  # erases the bar
    assert capsys.readouterr().out == "the figures\n"
    assert logging.getLogger(LOGGER).handlers == []


def test_json_logs_are_one_object_a_line_and_results_stay_on_standard_output(run, capsys):
    assert run("--json-logs") == 0
    printed = capsys.readouterr()
    assert printed.out == "the figures\n"
    lines = [json.loads(line) for line in printed.err.splitlines()]
    assert [(line["event"], line["step"], line["level"]) for line in lines] == [
        ("step_started", "Ingest", "INFO"),
        ("step_finished", "Ingest", "INFO"),
        ("step_started", "Features", "INFO"),
        ("progress", "Features", "INFO"),
        ("log", "Features", "WARNING"),
        ("log", "Features", "WARNING"),
        ("step_finished", "Features", "INFO"),
    ]
    assert all(line["time"].endswith("+00:00") for line in lines)
    assert (lines[2]["number"], lines[2]["count"]) == (2, 2)
    progress = lines[3]
    assert (progress["what"], progress["unit"], progress["done"], progress["total"]) == ("states", "purchases", 40, 40)
    assert progress["finished"]
    assert progress["rate"] > 0
    assert progress["seconds_left"] == 0
    assert (lines[4]["logger"], lines[4]["message"]) == ("tfx", "a warning of TFX")
    assert "a warning of Python" in lines[5]["message"]
    assert (lines[6]["seconds"], lines[6]["cached"]) == (5.94, False)


@pytest.mark.parametrize(
    ("error", "has_trace"), [(DataError("bad rows"), False), (ZeroDivisionError("bad rows"), True)]
)
def test_a_failure_is_an_event_with_a_traceback_if_it_is_unexpected(run, capsys, error, has_trace):
    assert run("--json-logs", error=error) == 1
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (last["event"], last["level"], last["step"], last["message"]) == ("failed", "ERROR", "Features", "bad rows")
    assert ("traceback" in last) == has_trace


def test_wrong_usage_is_an_event(capsys):
    assert main(["recommend", "--to", "x.csv", "--json-logs"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["message"].startswith("Give either --all")


def test_the_state_of_logging_is_restored(run, capsys):
    def state():
        root, progress = logging.getLogger(), logging.getLogger(LOGGER)
        return root.handlers[:], root.level, progress.handlers[:], progress.level

    before = state()
    run("--json-logs", error=DataError("bad rows"))
    assert state() == before
    run()
    assert state() == before


def test_the_bar_shows_time_left_rate_and_count():
    screen = io.StringIO()
    bar = Bar(Console(file=screen, force_terminal=True, width=120))
    logger = logging.getLogger(LOGGER)
    logger.addHandler(bar)
    logger.setLevel(logging.DEBUG)
    now_s = iter([0.0, 2.0, 2.0, 2.0])
    try:
        bar.step("[ 3/24] Candidates")
        Progress("lists", "customers", 2_000, lambda: next(now_s)).advance(500)
        bar.clear()
    finally:
        logger.removeHandler(bar)
        logger.setLevel(logging.NOTSET)
    assert "[ 3/24] Candidates" in screen.getvalue()
    assert "0:06 left, 250 customers/s, 500 of 2,000, lists" in screen.getvalue()
