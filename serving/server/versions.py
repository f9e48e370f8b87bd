"""Finds the versions under a base path, selects the wanted ones, and chooses the version to drop.

Pure functions, after TensorFlow Serving's file_system_storage_path_source.cc and availability_preserving_policy.cc: an
old version is dropped only when a wanted one is available.
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from serving.server.config import VersionPolicy
from serving.server.version_state import Phase

_NUMBER = re.compile(r"[0-9]{1,18}\Z")  # `$` would match before a final line break


def scan(base_path: str) -> dict[int, Path] | None:
    """The version folders under a base path by number; None if it cannot be read."""
    try:
        with os.scandir(base_path) as entries:
            return {int(e.name): Path(e.path) for e in entries if _NUMBER.match(e.name) and _is_folder(e)}
    except OSError:
        return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # for example a symlink to itself; it must not hide the other versions
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


def next_to_unload(phases: Mapping[int, Phase], wanted: set[int]) -> int | None:
    """The version to drop now: the lowest unwanted one, but not the last one before a wanted one is available.

    Args:
        phases: phase by version number.
        wanted: numbers of the wanted versions.

    Returns:
        Its number; None for none.
    """
    serving = {version for version, phase in phases.items() if phase is Phase.AVAILABLE}
    unwanted = serving - wanted
    if unwanted and (not wanted or serving & wanted or len(unwanted) > 1):
        return min(unwanted)
    return None
