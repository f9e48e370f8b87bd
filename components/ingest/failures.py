"""Converts errors of the libraries that ingest uses to errors of one line with step, cause and remedy."""

from __future__ import annotations

import contextlib
import errno
import pathlib
from collections.abc import Iterator

import duckdb
import pyarrow as pa

from transforms.errors import DataError, DiskFullError, LookbookError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_TEXTS = ("no space left on device", "disk quota exceeded", "disk full", "max_temp_directory_size")


@contextlib.contextmanager
def one_line_errors(folder: pathlib.Path) -> Iterator[None]:
    """Converts file, memory and library errors of a block to errors of this project.

    Args:
        folder: folder that the block writes to.

    Raises:
        DiskFullError: the disk of `folder` is full.
        DataError: a file cannot be read or written, memory is too small, or a library refuses the data.
    """
    try:
        yield
    except LookbookError:
        raise
    except Exception as error:
        line = _line(error)
        if _is_disk_full(error):  # by text too, because TensorFlow raises its own error class
            raise DiskFullError(
                f"ingest: the disk of {folder} is full ({line}); free some of it, or give another folder, and run again"
            ) from error
        if not isinstance(error, (OSError, MemoryError, duckdb.Error, pa.ArrowException)):
            raise
        if isinstance(error, (MemoryError, duckdb.OutOfMemoryException)):
            raise DataError(f"ingest: out of memory ({line}); raise ingest.memory_limit_gib, or free memory") from error
        if isinstance(error, OSError):
            raise DataError(f"ingest: {line}; check that the file can be read and {folder} written") from error
        raise DataError(f"ingest: the data cannot be read ({line}); --debug shows where") from error


def _is_disk_full(error: BaseException) -> bool:
    text = str(error).lower()
    return (isinstance(error, OSError) and error.errno in _FULL) or any(full in text for full in _FULL_TEXTS)


def _line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:300]
