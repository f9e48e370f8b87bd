"""The environment of a measurement: time, machine, commit and load."""

import datetime
import os
import pathlib
import platform
import subprocess
from collections.abc import Mapping
from typing import Any

import psutil

ROOT = pathlib.Path(__file__).parents[1]


def environment() -> dict[str, Any]:
    """Time (UTC), machine and commit."""
    memory_gib = psutil.virtual_memory().total / 2**30
    git = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True).stdout.strip() or "unknown"
    return {
        "measured_at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{len(os.sched_getaffinity(0))} cores ({platform.machine()}), {memory_gib:.0f} GiB, no GPU",
        "commit": commit,
    }


def in_words(made: Mapping[str, Any]) -> str:
    """The environment in a line, without a full stop.

    >>> in_words({"machine": "2 cores", "measured_at": "2026-11-28T09:00:00+00:00", "commit": "814e5a1"})
    '2 cores; 2026-11-28; commit 814e5a1'

    Args:
        made: result of `environment`.
    """
    return f"{made['machine']}; {str(made['measured_at'])[:10]}; commit {made['commit']}"


def machine_load() -> float:
    """Load average of the last minute: the mean number of runnable processes."""
    return os.getloadavg()[0]


def describe(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Describes the environments of all cells in a sentence.

    Args:
        results: results of the cells, with the fields of `environment` and `others`, the load before the cell.
    """
    first = next(iter(results.values()), None)
    if first is None:
        return "Nothing was measured yet."
    dates = sorted({str(result["measured_at"])[:10] for result in results.values()})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    commits = sorted({str(result["commit"]) for result in results.values()})
    return (
        f"{first['machine']}; {when}; commit {', '.join(commits)}. `others` is the mean number of processes that "
        "wanted a processor in the minute before a cell: above 0 the machine was not the bench's alone."
    )
