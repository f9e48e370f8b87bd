"""Targets of measured figures, and whether they are met."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.document import table

Checked = tuple[str, str, str, bool | None]


@dataclasses.dataclass(frozen=True)
class Target:
    """A target of one figure of one cell.

    Attributes:
        words: description of the target.
        cell: name of the cell.
        figure: name of the figure; parts of a nested name are joined by dots.
        bound: `at least` or `at most`.
        limit: limit of the figure.
        unit: unit, printed after the figure.
    """

    words: str
    cell: str
    figure: str
    bound: str
    limit: float
    unit: str = ""


def check(targets: Sequence[Target], results: Mapping[str, Mapping[str, Any]]) -> list[Checked]:
    """Description, limit, measured value, and whether the target is met; None if it was not measured.

    Args:
        targets: the targets.
        results: results of the cells by name.
    """
    rows: list[Checked] = []
    for target in targets:
        wanted = f"{target.bound} {target.limit:,g}{target.unit}"
        if target.cell not in results:
            rows.append((target.words, wanted, "not measured", None))
            continue
        found: Any = results[target.cell]
        for part in target.figure.split("."):
            found = found[part]
        met = found >= target.limit if target.bound == "at least" else found <= target.limit
        rows.append((target.words, wanted, f"{found:,.{_digits(found)}f}{target.unit}", bool(met)))
    return rows


def target_table(rows: Sequence[Checked]) -> str:
    """A Markdown table of the rows of `check`."""
    verdict = {True: "holds", False: "**missed**", None: ""}
    lines = [(words, limit, value, verdict[met]) for words, limit, value, met in rows]
    return table(("what", "wanted", "measured", ""), lines)


def _digits(value: float) -> int:
    return 0 if abs(value) >= 100 or float(value).is_integer() else 1 if abs(value) >= 10 else 3
