"""Fingerprint of a version folder, to detect changed files."""

from __future__ import annotations

import os
from pathlib import Path

Fingerprint = frozenset[tuple[str, int, int]]


def fingerprint(path: Path) -> Fingerprint:
    """Names, sizes in bytes and modification times in ns of a version's files."""
    files = set()
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                status = os.stat(os.path.join(folder, name))
            except OSError:
                continue
            files.add((os.path.relpath(os.path.join(folder, name), path), status.st_size, status.st_mtime_ns))
    return frozenset(files)
