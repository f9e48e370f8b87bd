"""Tables of the versions: figures with drawn intervals, and the fields in which versions differ."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from console.versions import Difference, Version, as_of, difference, report_file

WIDTH = 220
_MARGIN = 8
_SHORT = 12
_LEFT_OUT = ("evaluation", "run_key")


@dataclasses.dataclass(frozen=True)
class DrawnInterval:
    """An interval in the coordinates of a drawing of `WIDTH`: its ends, its middle, and the line at no difference."""

    low: float
    mean: float
    high: float
    zero: float


@dataclasses.dataclass(frozen=True)
class VersionRow:
    """A version as a row.

    Attributes:
        number: number of the version.
        served: whether servers serve it.
        as_of: day of its state.
        map_at_12: MAP@12 on the judged week; None if unknown.
        customers: customers of the judged week; None if unknown.
        difference: difference from the best simple baseline; None if unknown.
        drawn: the difference as a drawing; None if unknown.
        has_report: whether the version has a report.
    """

    number: int
    served: bool
    as_of: datetime.date | None
    map_at_12: float | None
    customers: float | None
    difference: Difference | None
    drawn: DrawnInterval | None
    has_report: bool


@dataclasses.dataclass(frozen=True)
class Field:
    """A field in which versions differ, and its value in each version, in their order."""

    name: str
    values: tuple[str, ...]


def interval_rows(versions: Sequence[Version]) -> list[VersionRow]:
    """Rows of versions, with the intervals on one scale that has 0.

    Args:
        versions: versions, in the order of the rows.
    """
    differences = [difference(version) for version in versions]
    known = [each for each in differences if each is not None]
    low = min([0.0, *(each.low for each in known)])
    high = max([0.0, *(each.high for each in known)])
    return [
        VersionRow(
            number=version.number,
            served=version.served,
            as_of=as_of(version),
            map_at_12=version.figures.get("evaluation", {}).get("map_at_12"),
            customers=version.figures.get("evaluation", {}).get("customers"),
            difference=each,
            drawn=None if each is None or high == low else _drawn(each, low, high),
            has_report=report_file(version).is_file(),
        )
        for version, each in zip(versions, differences, strict=True)
    ]


def differing_fields(versions: Sequence[Version]) -> list[Field]:
    """The fields of the versions' descriptions that are not equal in all, without their figures.

    Args:
        versions: versions, in the order of the values.
    """
    names = dict.fromkeys(name for version in versions for name in version.figures if name not in _LEFT_OUT)
    fields = [Field(name, tuple(_text(version.figures.get(name)) for version in versions)) for name in names]
    return [field for field in fields if len(set(field.values)) > 1]


def _drawn(each: Difference, low: float, high: float) -> DrawnInterval:
    def place(value: float) -> float:
        return round(_MARGIN + (value - low) / (high - low) * (WIDTH - 2 * _MARGIN), 1)

    return DrawnInterval(place(each.low), place(each.mean), place(each.high), place(0.0))


def _text(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 2 * _SHORT else f"{text[:_SHORT]}…"
