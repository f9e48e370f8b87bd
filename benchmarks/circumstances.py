"""When, where and beside what something was measured."""

import datetime
import os
import pathlib
import platform
import subprocess
from collections.abc import Mapping
from typing import Any

import psutil

ROOT = pathlib.Path(__file__).parents[1]


def circumstances() -> dict[str, Any]:
    """Time (UTC), machine and commit, in words."""
    memory_gib = psutil.virtual_memory().total / 2**30
    git = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True).stdout.strip() or "unknown"
    return {
        "measured_at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{len(os.sched_getaffinity(0))} cores ({platform.machine()}), {memory_gib:.0f} GiB, no GPU",
        "commit": commit,
    }


def machine_load() -> float:
    """Processes that wanted a processor, mean of the last minute: what else was going on."""
    return os.getloadavg()[0]


def described(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The circumstances of all cells, which were kept with `circumstances` and `others`, in a sentence."""
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
