"""Drift warns by default, and stops the run if the settings say so."""

import pytest

from components.drift.comparison import Comparison
from components.gates.drift.config import DriftConfig
from components.gates.drift.executor import judge
from transforms.errors import GateError


def comparison(state, value=0.5):
    return Comparison(
        name="recent.price",
        measure="jensen_shannon",
        threshold=0.05,
        value=value if state in ("drifted", "steady") else None,
        state=state,
        rows=0 if state == "lost" else 2000,
        rows_before=3000,
    )


LINE = "recent.price: differs from the last pushed run: Jensen-Shannon divergence 0.5000, threshold 0.05"


def test_an_alarm_is_a_warning_by_default():
    found = judge([comparison("drifted"), comparison("steady", 0.01), comparison("few")], DriftConfig())
    assert found.passed
    assert found.line == "passed: 1 of 2 distributions differ from the last pushed run"
    assert found.warnings == (LINE,)


def test_an_alarm_stops_the_run_if_the_settings_say_so():
    with pytest.raises(GateError) as raised:
        judge([comparison("drifted"), comparison("lost")], DriftConfig(action="stop"))
    first, second = str(raised.value).splitlines()
    assert first == (f"drift gate: {LINE}; correct the data, or accept the change with --set drift.action=warn")
    assert second.startswith("drift gate: recent.price: has no values any more; the last pushed run had 3,000;")


@pytest.mark.parametrize("action", ["warn", "stop"])
@pytest.mark.parametrize("state", ["steady", "few", "missing"])
def test_without_an_alarm_the_gate_passes(state, action):
    found = judge([comparison(state, 0.01)], DriftConfig(action=action))
    assert (found.passed, found.warnings) == (True, ())


def test_the_message_names_the_gate():
    with pytest.raises(GateError, match=r"^ranking drift gate: recent\.price"):
        judge([comparison("drifted")], DriftConfig(action="stop"), gate="ranking drift gate")
