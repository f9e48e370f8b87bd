"""What an error of a library comes from, in one line: a full disk, memory that ran out, or its own words.

Steps use TensorFlow, Beam, DuckDB, Arrow, SQLite and NumPy, which each tell a full disk with a class and a sentence of
their own, and wrap each other's errors. So the whole chain of an error is looked at, by what it says.
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
_LONGEST = 300
_MIB = 2**20


def explain(error: BaseException, folders: Sequence[pathlib.Path]) -> str | None:
    """What a person can do about an error of a library; None where nothing but its words is known.

    Args:
        error: with the errors it was raised from.
        folders: where the command writes, existing or not.
    """
    said = "\n".join(_chain(error))
    if _DISK.search(said):
        folder = _full(said, folders)
        return (
            f"the disk of {folder} is full ({_free(folder) / _MIB:,.0f} MiB free now). Make room there or choose "
            "another folder, then give the same command again: what is done is not repeated"
        )
    if _MEMORY.search(said):
        return (
            "the memory of this machine ran out. Close other programs or use a machine with more, then give the same "
            "command again: what is done is not repeated"
        )
    return None


def one_line(error: BaseException) -> str:
    """The class of an error and the line of its message that says most.

    >>> one_line(ValueError("shapes differ\\n  at layer 3"))
    'ValueError: shapes differ'
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # Beam puts the traceback of its worker into the message; its last line is the error itself.
    told = "" if not lines else lines[-1] if any(line.startswith("Traceback") for line in lines) else lines[0]
    text = f"{type(error).__name__}: {told}" if told else type(error).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _chain(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield f"{type(one).__name__}: {one}"
            waiting += [one.__cause__, one.__context__]


def _full(said: str, folders: Sequence[pathlib.Path]) -> pathlib.Path:
    """The folder that is named in what was said; else the one with the least room."""
    named = [folder for folder in folders if str(folder) in said]
    return min(named or folders, key=_free)


def _free(folder: pathlib.Path) -> int:
    there = next((path for path in (folder, *folder.absolute().parents) if path.exists()), pathlib.Path("/"))
    return shutil.disk_usage(there).free
