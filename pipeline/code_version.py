"""Names the code of rooms by what it says, so that TFX's cache sees a change of it."""

import hashlib
import pathlib
from collections.abc import Sequence

_ROOT = pathlib.Path(__file__).parent.parent
_ENDINGS = (".py", ".sql", ".pbtxt")


def code_version(rooms: Sequence[str]) -> str:
    """A hash over the sources of folders or files.

    Args:
        rooms: paths below the project's root, such as `models/ranking`.

    Returns:
        16 hex digits.
    """
    digest = hashlib.blake2b(digest_size=8)
    for room in sorted(rooms):
        path = _ROOT / room
        files = sorted(p for p in path.rglob("*") if p.suffix in _ENDINGS) if path.is_dir() else [path]
        for file in files:
            digest.update(str(file.relative_to(_ROOT)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
