"""Which versions of a model there are, which are wanted, and what to do next about it.

Pure functions, after TensorFlow Serving's file_system_storage_path_source.cc and
availability_preserving_policy.cc: the old version goes only when a wanted one is ready.
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from serving.server.config import VersionPolicy
from serving.server.version_state import Phase

_NUMBER = re.compile(r"[0-9]{1,18}\Z")  # `$` would take a name that ends with a line break


def scan(base_path: str) -> dict[int, Path] | None:
    """The version folders under a base path by number; None if it cannot be read just now."""
    try:
        with os.scandir(base_path) as entries:
            return {int(e.name): Path(e.path) for e in entries if _NUMBER.match(e.name) and _is_folder(e)}
    except OSError:
        return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a symlink to itself, say, which must not hide the versions beside it
        return False


def wanted(found: Iterable[int], policy: VersionPolicy, failed: Container[int] = ()) -> set[int]:
    """Selects the versions of a policy from those found.

    For each of the newest that failed to load, the next older version is also selected, as its replacement.

    Args:
        found: version numbers.
        policy: the policy.
        failed: numbers of versions that failed to load and have not loaded since.

    """
    if policy.all_versions:
        return set(found)
    if policy.specific is not None:
        return set(found) & set(policy.specific)
    chosen: set[int] = set()
    for number in sorted(found, reverse=True):
        if len([n for n in chosen if n not in failed]) == policy.latest:
            break
        chosen.add(number)
    return chosen


def next_to_unload(phases: Mapping[int, Phase], aspired: set[int]) -> int | None:
    """The version to drop now, if any: lowest first, and never the last one before a wanted one is ready."""
    serving = {version for version, phase in phases.items() if phase is Phase.AVAILABLE}
    unaspired = serving - aspired
    if unaspired and (not aspired or serving & aspired or len(unaspired) > 1):
        return min(unaspired)
    return None
