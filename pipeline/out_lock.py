"""A lock on an output folder: runs share it; a command that deletes artifacts holds it alone."""

from __future__ import annotations

import contextlib
import fcntl
import pathlib
from collections.abc import Iterator

from transforms.errors import LookbookError

FILE = ".lock"


@contextlib.contextmanager
def shared_lock(out: pathlib.Path) -> Iterator[None]:
    """Holds the lock together with other runs. The lock ends with the block or the process.

    Args:
        out: output folder, which exists.

    Raises:
        LookbookError: a command deletes artifacts in the folder.
    """
    with _locked(out, fcntl.LOCK_SH, "another command deletes artifacts in it"):
        yield


@contextlib.contextmanager
def exclusive_lock(out: pathlib.Path) -> Iterator[None]:
    """Holds the lock alone. Arguments as in `shared_lock`.

    Raises:
        LookbookError: a run, or another command that deletes artifacts, uses the folder.
    """
    with _locked(out, fcntl.LOCK_EX, "a run, or another command that deletes artifacts, uses it"):
        yield


@contextlib.contextmanager
def _locked(out: pathlib.Path, kind: int, reason: str) -> Iterator[None]:
    with open(out / FILE, "w") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LookbookError(f"{out} is in use: {reason}; wait until it ends") from error
        yield
