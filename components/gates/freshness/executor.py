"""Compares the last day of the data with that of the served version, without TFX.

Data older than those of the served model are usually a stale export or a wrong folder. A refresh on older data would
also judge weights on a week that they were trained on.
"""

import datetime
import pathlib

from components.model_files import RUN_KEY, as_of, description_of, trained_until
from components.served_folder import version_folders
from transforms.errors import GateError

NONE = "none"
_DAY = datetime.timedelta(days=1)


def served_as_of(serving_dir: pathlib.Path, run_key: str) -> str:
    """Cache key of the served version: the day of its state, or `none`.

    The run's own versions are left out, as in `find_last_blessed`, so that a second run on the same data takes the
    verdict from the cache.

    Args:
        serving_dir: folder of the versions.
        run_key: key of the run, made of its inputs, settings and code.
    """
    others = [found for found in map(description_of, version_folders(serving_dir)) if found.get(RUN_KEY) != run_key]
    day = as_of(others[-1]) if others else None
    return NONE if day is None else day.isoformat()


def require_fresh(last_day: datetime.date, serving_dir: pathlib.Path, *, allow_older: bool) -> str:
    """Checks that the data do not end before those of the newest version.

    Args:
        last_day: last day with a transaction.
        serving_dir: folder of the versions.
        allow_older: whether to accept older data.

    Returns:
        One line with the days that were compared.

    Raises:
        GateError: the data end earlier and `allow_older` is False.
    """
    served = _served(serving_dir)
    day = None if served is None else as_of(description_of(served))
    if served is None or day is None:
        return "passed: no served version records the last day of its data"
    days = f"the data end on {last_day}, those of the served version {served.name} on {day - _DAY}"
    if last_day + _DAY >= day or allow_older:
        return f"passed: {days}"
    raise GateError(
        f"freshness gate: the data must not end before those of the served model. Received: {days}. Check that "
        "the export is complete and that --data is the right folder; to serve older data anyway, add --allow-older (on "
        "Kubeflow the parameter allow_older=true)"
    )


def require_unseen(last_day: datetime.date, serving_dir: pathlib.Path, label_days: int) -> None:
    """Checks that the newest version's weights were not trained on the judged week of a refresh.

    Args:
        last_day: last day with a transaction.
        serving_dir: folder of the versions.
        label_days: length of the judged week, in days.

    Raises:
        GateError: the weights were trained on purchases of that week.
    """
    served = _served(serving_dir)
    until = None if served is None else trained_until(description_of(served))
    first = last_day - (label_days - 1) * _DAY
    if until is not None and first < until:
        raise GateError(f"freshness gate: {seen(first, last_day, until)}")


def seen(first: datetime.date, last_day: datetime.date, until: datetime.date) -> str:
    """Returns the error message for a judged week that the weights were trained on.

    Args:
        first: first day of the week.
        last_day: its last day.
        until: day after the last one whose purchases the weights were trained on.
    """
    return (
        f"a refresh must be judged on days after the training data of its weights, which end on {until - _DAY}. "
        f"Received: {first} to {last_day}. Give newer data, train again with `lookbook run`, or go back to an "
        "older version with `lookbook rollback`"
    )


def _served(serving_dir: pathlib.Path) -> pathlib.Path | None:
    return next(reversed(version_folders(serving_dir)), None)
