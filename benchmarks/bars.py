"""What is promised beside what was measured."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.document import table

Held = tuple[str, str, str, bool | None]


@dataclasses.dataclass(frozen=True)
class Bar:
    """A promise about one figure of one cell.

    Attributes:
        words: what is promised.
        cell: whose figure it is.
        figure: its name; parts of a nested one are joined by dots.
        bound: `at least` or `at most`.
        limit: of the figure.
        unit: printed behind it.
    """

    words: str
    cell: str
    figure: str
    bound: str
    limit: float
    unit: str = ""


def held(bars: Sequence[Bar], results: Mapping[str, Mapping[str, Any]]) -> list[Held]:
    """Words, limit, what was measured, and whether it holds; None where it was not measured."""
    rows: list[Held] = []
    for bar in bars:
        wanted = f"{bar.bound} {bar.limit:,g}{bar.unit}"
        if bar.cell not in results:
            rows.append((bar.words, wanted, "not measured", None))
            continue
        found: Any = results[bar.cell]
        for part in bar.figure.split("."):
            found = found[part]
        holds = found >= bar.limit if bar.bound == "at least" else found <= bar.limit
        rows.append((bar.words, wanted, f"{found:,.{_digits(found)}f}{bar.unit}", bool(holds)))
    return rows


def bars_table(rows: Sequence[Held]) -> str:
    """Markdown of what `held` says."""
    verdict = {True: "holds", False: "**missed**", None: ""}
    lines = [(words, limit, value, verdict[holds]) for words, limit, value, holds in rows]
    return table(("what", "wanted", "measured", ""), lines)


def _digits(value: float) -> int:
    return 0 if abs(value) >= 100 or float(value).is_integer() else 1 if abs(value) >= 10 else 3
