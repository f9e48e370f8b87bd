"""Converts schedules of five cron fields to the six fields of Kubeflow."""

from __future__ import annotations

import re

from transforms.errors import ConfigError

# Name, minimum and maximum of each field, in the order of cron. In Kubeflow, Sunday is only 0.
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 6))
_PART = re.compile(r"(\*|\?|(?P<low>\w+)(-(?P<high>\w+))?)(/(?P<step>\d+))?")
_NAMES = {
    "month": ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    "day of week": ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
}


def kubeflow_cron(schedule: str) -> str:
    """Checks a schedule of five fields and adds the first field of Kubeflow, the seconds.

    >>> kubeflow_cron("0 3 * * 1")
    '0 0 3 * * 1'

    Args:
        schedule: minute, hour, day of month, month, day of week; in the cluster's time zone, usually UTC.

    Raises:
        ConfigError: the schedule does not have five fields, or a field is out of range.
    """
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        raise ConfigError(
            f"schedule must have the five fields of cron, such as '0 3 * * 1' for Mondays at 3. Received: {schedule!r}"
        )
    for text, (name, low, high) in zip(fields, _FIELDS, strict=True):
        if not all(_fits(part, name, low, high) for part in text.split(",")):
            raise ConfigError(f"schedule's {name} must lie in [{low}, {high}], or be *. Received: {text!r}")
    return " ".join(["0", *fields])


def _fits(part: str, name: str, low: int, high: int) -> bool:
    found = _PART.fullmatch(part)
    if not found or found["step"] == "0":
        return False
    numbers = [_number(text, name, low) for text in (found["low"], found["high"]) if text is not None]
    return all(low <= number <= high for number in numbers) and numbers == sorted(numbers)


def _number(text: str, name: str, low: int) -> int:
    names = _NAMES.get(name, [])
    if text.upper() in names:
        return names.index(text.upper()) + low
    return int(text) if text.isdigit() else -1
