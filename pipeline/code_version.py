"""Computes the code version of a step, so that TFX's cache detects changed code."""

import hashlib
import pathlib
from collections.abc import Sequence

from pipeline.imports import with_imports

ROOT = pathlib.Path(__file__).parent.parent
_ENDINGS = (".py", ".sql", ".pbtxt", ".binpb")


def code_version(rooms: Sequence[str]) -> str:
    """A hash over the sources of folders or files, and over all of the project's modules that they import.

    Args:
        rooms: paths below the project's root, such as `models/ranking`; folders include all files below them. Files
            that are not imported, such as SQL, must be listed.

    Returns:
        16 hex digits.
    """
    digest = hashlib.blake2b(digest_size=8)
    for file in sources(rooms):
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def sources(rooms: Sequence[str]) -> list[pathlib.Path]:
    """The files that the version is computed from, sorted; arguments as in `code_version`."""
    files: list[pathlib.Path] = []
    for room in rooms:
        path = ROOT / room
        files += (p for p in path.rglob("*") if p.suffix in _ENDINGS) if path.is_dir() else [path]
    return sorted(with_imports(files, ROOT))
