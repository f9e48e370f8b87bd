"""Explains a library's error in one line: a full disk, too little memory, or the error's own message.

TensorFlow, Beam, DuckDB, Arrow, SQLite and NumPy report the same cause with different classes and messages, and wrap
each other's errors. So this module searches the messages of the whole chain of errors.
"""

from __future__ import annotations

import pathlib
import re
import shutil
from collections.abc import Iterator, Sequence

_DISK = re.compile(
    r"no space left on device|errno 28\b|database or disk is full|disk quota exceeded|errno 122\b"
    r"|failed to offload data block|max_temp_directory_size",
    re.IGNORECASE,
)
_MEMORY = re.compile(
    r"\bMemoryError\b|ArrowMemoryError|out of memory|\bOOM when allocating|failed to allocate memory|std::bad_alloc"
    r"|cannot allocate memory|errno 12\b|malloc of size|unable to allocate",
    re.IGNORECASE,
)
_MAX_CHARACTERS = 300
_MIB = 2**20


def explain(error: BaseException, folders: Sequence[pathlib.Path]) -> str | None:
    """Returns the cause and remedy of a library's error; None if the cause is unknown.

    Args:
        error: the error, with its chain of causes.
        folders: folders that the command writes to; they need not exist.
    """
    messages = "\n".join(_chain(error))
    if _DISK.search(messages):
        folder = _full_folder(messages, folders)
        return (
            f"the disk of {folder} is full ({_free(folder) / _MIB:,.0f} MiB free now). Free some space there or "
            "choose another folder, then run the same command again: finished steps are not repeated"
        )
    if _MEMORY.search(messages):
        return (
            "the memory of this machine ran out. Close other programs or use a machine with more memory, then run the "
            "same command again: finished steps are not repeated"
        )
    return None


def one_line(error: BaseException) -> str:
    """Formats the class of an error and the most informative line of its message.

    >>> one_line(ValueError("shapes differ\\n  at layer 3"))
    'ValueError: shapes differ'
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # Beam puts the traceback of its worker into the message, whose last line is the error.
    line = "" if not lines else lines[-1] if any(line.startswith("Traceback") for line in lines) else lines[0]
    text = f"{type(error).__name__}: {line}" if line else type(error).__name__
    return text if len(text) <= _MAX_CHARACTERS else f"{text[:_MAX_CHARACTERS]}..."


def _chain(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield f"{type(one).__name__}: {one}"
            pending += [one.__cause__, one.__context__]


def _full_folder(messages: str, folders: Sequence[pathlib.Path]) -> pathlib.Path:
    """The folder named in the messages; else the one with the least free space."""
    named = [folder for folder in folders if str(folder) in messages]
    return min(named or folders, key=_free)


def _free(folder: pathlib.Path) -> int:
    existing = next((path for path in (folder, *folder.absolute().parents) if path.exists()), pathlib.Path("/"))
    return shutil.disk_usage(existing).free
