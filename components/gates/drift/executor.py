"""The rule of the drift gates, without TFX."""

from __future__ import annotations

from collections.abc import Sequence

from components.drift.comparison import DRIFTED, STEADY, Comparison
from components.gates.drift.config import DriftConfig
from components.gates.verdict import Verdict
from transforms.errors import GateError

NO_BASELINE = "passed: nothing to compare with, because no other run has pushed a version with statistics"


def judge(found: Sequence[Comparison], config: DriftConfig, gate: str = "drift gate") -> Verdict:
    """Judges the comparisons with the last pushed run.

    Args:
        found: comparisons of the columns or features.
        config: settings.
        gate: title of the gate, for the message.

    Returns:
        A verdict that passed, with one warning for each alarm.

    Raises:
        GateError: there are alarms and `drift.action` is `stop`. The message has one line for each.
    """
    alarms = [comparison.line for comparison in found if comparison.is_alarm]
    if alarms and config.action == "stop":
        remedy = "correct the data, or accept the change with --set drift.action=warn"
        raise GateError("\n".join(f"{gate}: {line}; {remedy}" for line in alarms))
    judged = sum(comparison.state in (DRIFTED, STEADY) for comparison in found)
    line = (
        f"passed: {len(alarms)} of {judged} distributions differ from the last pushed run"
        if alarms
        else (f"passed: {judged} distributions are like those of the last pushed run")
    )
    return Verdict(passed=True, line=line, warnings=tuple(alarms))
