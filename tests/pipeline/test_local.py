"""The local runner: every step that is not cached, in order; none behind one that failed."""

import contextlib
import sqlite3

import pytest

from pipeline.local import run_locally
from pipeline.steps import Watcher
from tests.pipeline.tiny_steps import three_steps
from transforms.errors import LookbookError, StepError

NAMES = ["First", "Second", "Third"]


@pytest.fixture
def run(tmp_path):
    """Runs the three steps; returns them by name, and which of them were at work."""

    def once(watcher=None, **changes):
        log = tmp_path / "log"
        log.unlink(missing_ok=True)
        try:
            return run_locally(three_steps(tmp_path, **changes), tmp_path / "metadata.db", watcher), _lines(log)
        finally:
            once.ran = _lines(log)

    return once


def _lines(log):
    return log.read_text().split() if log.exists() else []


def test_all_steps_run_in_order_and_say_what_they_made(run):
    steps, ran = run()
    assert ran == list(steps) == NAMES
    assert not any(step.cached for step in steps.values())
    assert (steps["Second"].outputs["made"] / "word").read_text() == "hoho"
    assert steps["Third"].outputs == {}


def test_nothing_is_repeated_when_nothing_changed(run):
    first, _ = run()
    second, ran = run()
    assert ran == []
    assert all(step.cached for step in second.values())
    assert {name: step.outputs for name, step in second.items()} == {name: s.outputs for name, s in first.items()}


def test_a_change_repeats_its_step_and_those_behind_it(run):
    run()
    steps, ran = run(word="ha")
    assert ran == NAMES
    assert (steps["Second"].outputs["made"] / "word").read_text() == "haha"
    _, ran = run(word="ho")
    assert ran == []


def test_the_watcher_is_told_of_each_step_and_its_time(run):
    told = []
    run(Watcher(starts=lambda *step: told.append(step), ends=lambda step: told.append(step)))
    assert told[::2] == [(name, number, 3) for number, name in enumerate(NAMES, 1)]
    assert [step.name for step in told[1::2]] == NAMES
    assert all(step.seconds > 0 for step in told[1::2])


def test_a_step_that_fails_stops_the_run_and_what_was_done_is_not_repeated(run):
    with pytest.raises(StepError, match=r"^step Second failed: .*Error: told to fail; the whole error is in .*run.log"):
        run(fail=True)
    assert run.ran == ["First", "Second"]
    _, ran = run()
    assert ran == ["Second", "Third"]


def test_a_step_that_does_not_find_its_inputs_stops_the_run_with_a_line(run, tmp_path):
    run()
    with contextlib.closing(sqlite3.connect(tmp_path / "metadata.db")) as metadata, metadata:
        # As an older release would have left it, whose first step had another name for what it makes.
        metadata.execute("update EventPath set step_key = 'formerly' where step_key = 'made'")
    with pytest.raises(LookbookError, match=r"step Second must find its inputs in .*metadata.db. .* Delete that file"):
        run()
    assert run.ran == []
