"""Fingerprint of a version folder, to detect changed files."""

from __future__ import annotations

import os
from pathlib import Path

Fingerprint = frozenset[tuple[str, int, int]]
# Documents about a version, which are added after it appeared; they change nothing that is served.
DOCUMENTS = ("assets.extra/report.html", "assets.extra/run.json")


def fingerprint(path: Path) -> Fingerprint:
    """Names, sizes in bytes and modification times in ns of a version's files, without `DOCUMENTS`."""
    files = set()
    for folder, _, names in os.walk(path):
        for name in names:
            file = os.path.relpath(os.path.join(folder, name), path)
            if file in DOCUMENTS or _is_unfinished(file):
                continue
            try:
                status = os.stat(os.path.join(folder, name))
            except OSError:
                continue
            files.add((file, status.st_size, status.st_mtime_ns))
    return frozenset(files)


def _is_unfinished(file: str) -> bool:
    """Whether a file is a document that is being written, such as `assets.extra/.report.html.17.unfinished`."""
    folder, _, name = file.rpartition("/")
    return any(f"{folder}/{name[1:]}".startswith(document) for document in DOCUMENTS) and name.startswith(".")
