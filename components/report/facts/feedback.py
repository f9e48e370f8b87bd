"""Facts of the section Feedback: the record of `lookbook feedback`."""

from __future__ import annotations

import datetime

from components.report.artifacts import RunArtifacts
from components.report.feedback import Comparison, HitRate, read_feedback
from pages.interval import Interval
from pages.report.sections.feedback import ComparisonFacts, FeedbackFacts, HitRateFacts


def read(artifacts: RunArtifacts) -> FeedbackFacts | None:
    """Reads the facts; None if there is no record.

    Args:
        artifacts: artifacts of the run.
    """
    record = None if artifacts.feedback_dir is None else read_feedback(artifacts.feedback_dir)
    if record is None:
        return None
    days = (record.first_day, record.last_day, record.data_last_day)
    first, last, end = map(datetime.date.fromisoformat, days)
    return FeedbackFacts(
        first_day=first,
        last_day=last,
        data_last_day=end,
        days=record.days,
        left_out=record.answers_left_out,
        articles=_rate(record.articles),
        answers=_rate(record.answers),
        groups={name: tuple(map(_rate, rates)) for name, rates in record.groups.items()},
        comparison=None if record.comparison is None else _comparison(record.comparison),
    )


def _rate(rate: HitRate) -> HitRateFacts:
    return HitRateFacts(
        value=rate.value,
        customers=rate.customers,
        shown=rate.shown,
        bought=rate.bought,
        rate=Interval(rate.rate, rate.low, rate.high),
    )


def _comparison(found: Comparison) -> ComparisonFacts:
    return ComparisonFacts(
        a=_rate(found.a),
        b=_rate(found.b),
        difference=Interval(found.difference, found.low, found.high),
        always=Interval(found.difference, found.always_low, found.always_high),
        verdict=found.verdict,
    )
