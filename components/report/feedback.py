"""The record of `lookbook feedback`, `OUT/feedback.json`: which of the shown articles were bought."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Mapping
from typing import Any

from transforms.atomic_path import atomic_path

FILE = "feedback.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class HitRate:
    """The share of what was shown that was bought, with its 95 % interval.

    Attributes:
        value: what it is about, such as the number of a version.
        customers: number of customers.
        shown: number of shown articles, or of answers.
        bought: number of those that were bought.
        rate: `bought / shown`.
        low: lower bound.
        high: upper bound.
    """

    value: str
    customers: int
    shown: int
    bought: int
    rate: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comparison:
    """The hit rates of two labels or versions.

    Attributes:
        a: hit rate of the first.
        b: hit rate of the second.
        difference: `b.rate - a.rate`.
        low: lower bound of its 95 % interval.
        high: upper bound.
        always_low: lower bound of the interval that is valid however often one looks.
        always_high: upper bound.
        customers_in_both: number of customers to whom both were shown.
        verdict: one line.
    """

    a: HitRate
    b: HitRate
    difference: float
    low: float
    high: float
    always_low: float
    always_high: float
    customers_in_both: int
    verdict: str

    @property
    def b_is_certainly_worse(self) -> bool:
        """Whether b is worse, however often one looks."""
        return self.always_high < 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Feedback:
    """What became of the shown articles.

    Attributes:
        made: time of the record, ISO 8601.
        first_day: day of the first answer that counts.
        last_day: day of the last answer that counts.
        data_last_day: last day with purchases.
        days: number of days in which a purchase counts, from the day of the answer on.
        answers_left_out: number of logged answers that do not count, by reason.
        articles: hit rate of the shown articles.
        answers: hit rate of the answers: the share with at least one article that was bought.
        groups: hit rates of the shown articles by name of a property, such as `version`.
        comparison: comparison of two labels or versions; None for none.
    """

    made: str
    first_day: str
    last_day: str
    data_last_day: str
    days: int
    answers_left_out: Mapping[str, int]
    articles: HitRate
    answers: HitRate
    groups: Mapping[str, tuple[HitRate, ...]]
    comparison: Comparison | None = None

    def as_tree(self) -> dict[str, Any]:
        """The record as JSON values."""
        return dataclasses.asdict(self)

    def write(self, folder: pathlib.Path) -> pathlib.Path:
        """Writes `feedback.json` into a folder; returns the file."""
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_path(folder / FILE) as unfinished:
            unfinished.write_text(json.dumps(self.as_tree(), indent=1) + "\n", encoding="utf-8")
        return folder / FILE


def read_feedback(folder: pathlib.Path) -> Feedback | None:
    """Reads `feedback.json` from a folder; None if there is none.

    Raises:
        ValueError: the file is not a record of this release.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        comparison = tree["comparison"]
        if comparison is not None:
            pair = {name: HitRate(**comparison[name]) for name in ("a", "b")}
            comparison = Comparison(**{**comparison, **pair})
        groups = {name: tuple(HitRate(**rate) for rate in rates) for name, rates in tree["groups"].items()}
        rates = {name: HitRate(**tree[name]) for name in ("articles", "answers")}
        return Feedback(**{**tree, **rates, "groups": groups, "comparison": comparison})
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} must be a record of `lookbook feedback`. Received: {error!r}") from error
