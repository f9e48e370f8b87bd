"""The local runner runs every step that is not cached, in order, and stops at a failure."""

import contextlib
import sqlite3

import pytest

from pipeline.local import run_locally
from pipeline.step_callbacks import StepCallbacks
from tests.pipeline.tiny_steps import three_steps
from transforms.errors import LookbookError, StepError

NAMES = ["First", "Second", "Third"]


@pytest.fixture
def run(tmp_path):
    """Runs the three steps; returns them by name, and the names of those that were not cached."""

    def once(callbacks=None, **changes):
        log = tmp_path / "log"
        log.unlink(missing_ok=True)
        try:
            return run_locally(three_steps(tmp_path, **changes), tmp_path / "metadata.db", callbacks), _lines(log)
        finally:
            once.ran = _lines(log)

    return once


def _lines(log):
    return log.read_text().split() if log.exists() else []


def test_all_steps_run_in_order_and_have_outputs(run):
    steps, ran = run()
    assert ran == list(steps) == NAMES
    assert not any(step.cached for step in steps.values())
    assert (steps["Second"].outputs["made"] / "word").read_text() == "hoho"
    assert steps["Third"].outputs == {}


def test_a_second_run_takes_all_steps_from_the_cache(run):
    first, _ = run()
    second, ran = run()
    assert ran == []
    assert all(step.cached for step in second.values())
    assert {name: step.outputs for name, step in second.items()} == {name: s.outputs for name, s in first.items()}


def test_a_changed_parameter_repeats_its_step_and_later_ones(run):
    run()
    steps, ran = run(word="ha")
    assert ran == NAMES
    assert (steps["Second"].outputs["made"] / "word").read_text() == "haha"
    _, ran = run(word="ho")
    assert ran == []


def test_callbacks_are_called_for_each_step_with_its_time(run):
    calls = []
    run(StepCallbacks(on_start=lambda *step: calls.append(step), on_finish=lambda step: calls.append(step)))
    assert calls[::2] == [(name, number, 3) for number, name in enumerate(NAMES, 1)]
    assert [step.name for step in calls[1::2]] == NAMES
    assert all(step.seconds > 0 for step in calls[1::2])


def test_a_failed_step_stops_the_run_and_earlier_steps_stay_cached(run):
    with pytest.raises(
        StepError, match=r"^step Second failed: .*Error: the step must fail; the traceback is in .*run.log"
    ):
        run(fail=True)
    assert run.ran == ["First", "Second"]
    _, ran = run()
    assert ran == ["Second", "Third"]


def test_a_step_without_its_inputs_stops_the_run(run, tmp_path):
    run()
    with contextlib.closing(sqlite3.connect(tmp_path / "metadata.db")) as metadata, metadata:
        # As an older release would have written it, with another name for the output of the first step.
        metadata.execute("update EventPath set step_key = 'formerly' where step_key = 'made'")
    with pytest.raises(LookbookError, match=r"step Second must find its inputs in .*metadata.db. .* Delete that file"):
        run()
    assert run.ran == []
