"""Formats figures as text for pages: one form for each kind of quantity."""

from __future__ import annotations

import datetime
import math

MISSING = "–"
_MINUTE_S, _HOUR_S = 60, 3600
_MAX_CHARACTERS = 200


def count(value: float | None) -> str:
    """Formats a whole number with separators.

    >>> count(31788324), count(None)
    ('31,788,324', '–')
    """
    return MISSING if _unknown(value) else f"{value:,.0f}"


def metric(value: float | None) -> str:
    """Formats a metric such as MAP@12 with four places.

    >>> metric(0.22345), metric(math.nan)
    ('0.2235', '–')
    """
    return MISSING if _unknown(value) else f"{value:.4f}"


def signed(value: float | None) -> str:
    """Formats a difference of a metric, with its sign.

    >>> signed(0.0123), signed(-0.5)
    ('+0.0123', '−0.5000')
    """
    return MISSING if _unknown(value) else f"{value:+.4f}".replace("-", "−")


def share(value: float | None) -> str:
    """Formats a share as a percentage: more places the smaller it is, so that a small share is not shown as 0.

    >>> share(0.5), share(0.0123), share(0.00004), share(0)
    ('50.0 %', '1.2 %', '0.004 %', '0 %')
    """
    if _unknown(value):
        return MISSING
    assert value is not None
    if value == 0:
        return "0 %"
    places = 1 if abs(value) >= 0.001 else 3
    return f"{100 * value:.{places}f} %"


def number(value: float | None) -> str:
    """Formats a number of unknown size with four significant digits.

    >>> number(1234567.0), number(0.03389830508), number(36.0), number(-2.5)
    ('1,234,567', '0.0339', '36', '−2.5')
    """
    if _unknown(value):
        return MISSING
    assert value is not None
    if abs(value) >= 1000:
        text = f"{value:,.0f}"
    elif abs(value) >= 0.001 or value == 0:
        text = f"{value:.4g}"
    else:
        text = f"{value:.2e}"
    return text.replace("-", "−")


def duration(seconds: float | None) -> str:
    """Formats a duration in s, min or h.

    >>> duration(4.21), duration(83), duration(7322)
    ('4.2 s', '1 min 23 s', '2 h 2 min')
    """
    if _unknown(seconds):
        return MISSING
    assert seconds is not None
    whole = round(seconds)
    if whole < _MINUTE_S:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S} min {whole % _MINUTE_S} s"
    return f"{whole // _HOUR_S} h {whole % _HOUR_S // _MINUTE_S} min"


def gibibytes(value: float | None) -> str:
    """Formats a size of memory.

    >>> gibibytes(2.345)
    '2.3 GiB'
    """
    return MISSING if _unknown(value) else f"{value:.1f} GiB"


def date(day: datetime.date | None) -> str:
    """Formats a day.

    >>> date(datetime.date(2020, 9, 2))
    '2 Sep 2020'
    """
    return MISSING if day is None else f"{day.day} {day:%b %Y}"


def dates(first: datetime.date | None, last: datetime.date | None) -> str:
    """Formats a period of days, including both ends.

    >>> dates(datetime.date(2020, 9, 2), datetime.date(2020, 9, 8))
    '2 Sep 2020 to 8 Sep 2020'
    """
    return MISSING if first is None or last is None else f"{date(first)} to {date(last)}"


def moment(value: datetime.datetime | None) -> str:
    """Formats a time of day.

    >>> moment(datetime.datetime(2020, 9, 2, 16, 5))
    '2 Sep 2020, 16:05'
    """
    return MISSING if value is None else f"{date(value.date())}, {value:%H:%M}"


def text(value: object) -> str:
    """Formats any text of the data: without line breaks, at most 200 characters.

    >>> text("two\\n lines"), len(text("x" * 1000))
    ('two lines', 200)
    """
    line = " ".join(str(value).split())
    return line if len(line) <= _MAX_CHARACTERS else f"{line[: _MAX_CHARACTERS - 1]}…"


def _unknown(value: float | None) -> bool:
    return value is None or not math.isfinite(value)
