"""Measures which of the shown articles were bought."""

from __future__ import annotations

import datetime
import pathlib
import tempfile
from collections.abc import Mapping

from components.report.feedback import Comparison, Feedback
from operations.feedback.comparison import compare
from operations.feedback.hit_rates import hit_rate
from operations.feedback.joined import ANSWERS, ARTICLES, Joined, joined
from operations.feedback.queries import PROPERTIES

_ALL = "all"


def measure(
    log: pathlib.Path,
    data: pathlib.Path,
    *,
    days: int,
    salt: bytes | None = None,
    pair: tuple[str, str] | None = None,
    versions: Mapping[str, int] | None = None,
) -> Feedback:
    """Joins request logs with the purchases of the following days.

    Args:
        log: folder of the request logs.
        data: folder of the CSVs; only the transactions are read.
        days: number of days in which a purchase counts, from the day of the answer on.
        salt: salt of the log's customer ids; None if they are not hashed.
        pair: labels or versions to compare; None for none.
        versions: number of the version by label, see `comparison.compare`.

    Raises:
        DataError: a file cannot be read, or no answer counts.
    """
    with (
        tempfile.TemporaryDirectory() as work,
        joined(log, data, days=days, salt=salt, work=pathlib.Path(work)) as found,
    ):
        return _feedback(found, days, None if pair is None else compare(found, *pair, versions))


def _feedback(found: Joined, days: int, comparison: Comparison | None) -> Feedback:
    return Feedback(
        made=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        first_day=str(found.first_day),
        last_day=str(found.last_day),
        data_last_day=str(found.data_last_day),
        days=days,
        answers_left_out=found.answers_left_out,
        articles=hit_rate(_ALL, found.totals(ARTICLES)),
        answers=hit_rate(_ALL, found.totals(ANSWERS)),
        groups={name: tuple(hit_rate(value, totals) for value, totals in found.totals_by(name)) for name in PROPERTIES},
        comparison=comparison,
    )
