"""Schedules: cron's five fields as a person writes them, Kubeflow's six as it takes them."""

from __future__ import annotations

import re

from transforms.errors import ConfigError

# Name, least and most number of each field, in cron's order. Kubeflow's cron has Sunday as 0 only.
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 6))
_PART = re.compile(r"(\*|\?|(?P<low>\w+)(-(?P<high>\w+))?)(/(?P<step>\d+))?")
_NAMES = {
    "month": ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    "day of week": ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
}


def kubeflow_cron(schedule: str) -> str:
    """Checks a schedule of five fields and puts Kubeflow's sixth, the seconds, before it.

    >>> kubeflow_cron("0 3 * * 1")
    '0 0 3 * * 1'

    Args:
        schedule: minute, hour, day of month, month, day of week; in the cluster's time zone, usually UTC.

    Raises:
        ConfigError: it is not of five fields, or one is out of range.
    """
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        raise ConfigError(
            f"schedule must have the five fields of cron, such as '0 3 * * 1' for Mondays at 3; received {schedule!r}"
        )
    for text, (name, least, most) in zip(fields, _FIELDS, strict=True):
        if not all(_fits(part, name, least, most) for part in text.split(",")):
            raise ConfigError(f"schedule's {name} must lie in [{least}, {most}], or be *; received {text!r}")
    return " ".join(["0", *fields])


def _fits(part: str, name: str, least: int, most: int) -> bool:
    found = _PART.fullmatch(part)
    if not found or found["step"] == "0":
        return False
    numbers = [_number(text, name, least) for text in (found["low"], found["high"]) if text is not None]
    return all(least <= number <= most for number in numbers) and numbers == sorted(numbers)


def _number(text: str, name: str, least: int) -> int:
    names = _NAMES.get(name, [])
    if text.upper() in names:
        return names.index(text.upper()) + least
    return int(text) if text.isdigit() else -1
