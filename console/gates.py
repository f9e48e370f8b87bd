"""The verdicts of the gates of the newest run that ended, from its `summary.json`."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re

SUMMARY = "summary.json"


@dataclasses.dataclass(frozen=True)
class GateVerdict:
    """What a gate decided.

    Attributes:
        name: name of the gate, in words.
        passed: whether the run may go on.
        line: the reason, in a line.
        warnings: what a person should look at.
    """

    name: str
    passed: bool
    line: str
    warnings: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class RunVerdicts:
    """The gates of a run.

    Attributes:
        gates: verdicts in the order of the gates.
        version: number of the version that the run pushed; None if it pushed none.
    """

    gates: tuple[GateVerdict, ...]
    version: int | None


def read_verdicts(out: pathlib.Path) -> RunVerdicts | None:
    """Reads the verdicts of the newest run that ended; None if there is none, or if it is of an earlier release.

    Args:
        out: folder that the pipeline writes to.
    """
    try:
        summary = json.loads((out / SUMMARY).read_text(encoding="utf-8"))
        gates = tuple(
            GateVerdict(
                _words(str(name)), bool(each["passed"]), str(each["line"]), tuple(map(str, each.get("warnings", ())))
            )
            for name, each in summary["gates"].items()
        )
        number = pathlib.PurePath(summary.get("version") or "").name
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return RunVerdicts(gates, int(number) if number.isascii() and number.isdigit() else None)


def _words(step: str) -> str:
    """The name of a step in words.

    >>> _words("FreshnessGate")
    'Freshness gate'
    """
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: f" {found[1].lower()}", step)
