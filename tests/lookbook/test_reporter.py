"""What a long command says on standard error: to a person at a terminal, to a file, and to a machine."""

import io
import json
import logging
import sys
import types
import warnings

import pytest
from rich.console import Console

from lookbook.bar import Bar
from lookbook.cli import main
from pipeline.steps import Step
from transforms.errors import DataError
from transforms.progress import LOGGER, Progress


class Terminal(io.StringIO):
    """A screen, as far as it is asked whether it is one."""

    def isatty(self):
        return True


@pytest.fixture
def run(monkeypatch, tmp_path):
    """`lookbook run` of two steps, the second with a loop and a warning; an error may end it."""

    def with_options(*options, error=None):
        def fake(data_dir, out_dir, config, watcher, **_):
            watcher.starts("Ingest", 1, 2)
            watcher.ends(Step(name="Ingest", cached=True, seconds=0.01, outputs={}))
            watcher.starts("Features", 2, 2)
            with Progress("states", "purchases", 40) as progress:
                progress.advance(40)
            logging.getLogger("tfx").warning("a word of TFX")
            warnings.warn("a word of Python", UserWarning, stacklevel=1)
            if error:
                raise error
            watcher.ends(Step(name="Features", cached=False, seconds=5.94, outputs={}))

        module = types.ModuleType("pipeline.run")
        module.run = fake
        monkeypatch.setitem(sys.modules, "pipeline.run", module)
        monkeypatch.setattr("lookbook.outcome.show", lambda summary, out: print("the figures"))
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            return main(["run", "--data", str(tmp_path), "--out", str(tmp_path / "out"), *options])

    with_options.log = tmp_path / "out" / "run.log"
    return with_options


def test_where_nobody_looks_only_the_steps_are_said(run, monkeypatch, capsys):
    monkeypatch.setattr(warnings, "showwarning", lambda *given, **named: None)
    assert run() == 0
    said = capsys.readouterr()
    assert said.err.splitlines() == ["[ 1/2] Ingest                   cached", "[ 2/2] Features                 5.9 s"]
    assert said.out == "the figures\n"
    assert "states: 40 purchases" in run.log.read_text()


def test_a_terminal_is_drawn_on_and_left_with_the_steps(run, monkeypatch, capsys):
    monkeypatch.setattr(warnings, "showwarning", lambda *given, **named: None)
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert run() == 0
    drawn = sys.stderr.getvalue()
    assert "[ 1/2] Ingest                   cached\n" in drawn
    assert drawn.rstrip().endswith("[ 2/2] Features                 5.9 s")
    assert "\x1b[2K" in drawn  # what was drawn below the lines is wiped off
    assert capsys.readouterr().out == "the figures\n"
    assert logging.getLogger(LOGGER).handlers == []


def test_json_logs_are_an_object_a_line_and_results_stay_where_they_are(run, capsys):
    assert run("--json-logs") == 0
    said = capsys.readouterr()
    assert said.out == "the figures\n"
    lines = [json.loads(line) for line in said.err.splitlines()]
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
    assert (lines[4]["logger"], lines[4]["message"]) == ("tfx", "a word of TFX")
    assert "a word of Python" in lines[5]["message"]
    assert (lines[6]["seconds"], lines[6]["cached"]) == (5.94, False)


@pytest.mark.parametrize(
    ("error", "has_trace"), [(DataError("bad rows"), False), (ZeroDivisionError("bad rows"), True)]
)
def test_a_failure_is_an_event_too_with_a_trace_if_nobody_expected_it(run, capsys, error, has_trace):
    assert run("--json-logs", error=error) == 1
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (last["event"], last["level"], last["step"], last["message"]) == ("failed", "ERROR", "Features", "bad rows")
    assert ("traceback" in last) == has_trace


def test_wrong_usage_that_the_command_finds_is_an_event(capsys):
    assert main(["recommend", "--to", "x.csv", "--json-logs"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["message"].startswith("Say for whom")


def test_afterwards_logging_is_as_it_was(run, capsys):
    def state():
        root, progress = logging.getLogger(), logging.getLogger(LOGGER)
        return root.handlers[:], root.level, progress.handlers[:], progress.level

    before = state()
    run("--json-logs", error=DataError("bad rows"))
    assert state() == before
    run()
    assert state() == before


def test_the_bar_says_time_left_rate_and_how_much():
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
