"""Errors of libraries become one line with step, cause and remedy; other errors pass unchanged."""

import errno
import os
import pathlib

import duckdb
import pyarrow as pa
import pytest
import tensorflow as tf

from components.ingest.failures import one_line_errors
from transforms.errors import DataError, DiskFullError, GateError

FOLDER = pathlib.Path("/some/out")


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), DiskFullError, "the disk of /some/out is full"),
        (OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)), DiskFullError, "the disk of /some/out is full"),
        (
            duckdb.IOException("IO Error: No space left on device\n\nmore"),
            DiskFullError,
            "the disk of /some/out is full",
        ),
        (
            tf.errors.ResourceExhaustedError(None, None, "f.gz; No space left on device"),
            DiskFullError,
            "the disk of /some/out is full",
        ),
        (OSError(errno.EIO, os.strerror(errno.EIO), "a.csv"), DataError, "Input/output error: 'a.csv'; check that"),
        (
            PermissionError(errno.EACCES, "Permission denied", "a.csv"),
            DataError,
            "Permission denied: 'a.csv'; check that",
        ),
        (duckdb.OutOfMemoryException("Out of Memory Error: x"), DataError, "raise ingest.memory_limit_gib"),
        (MemoryError(), DataError, "raise ingest.memory_limit_gib"),
        (duckdb.ConversionException("Conversion Error: x\ny"), DataError, "the data cannot be read"),
        (pa.ArrowInvalid("x\ny"), DataError, "the data cannot be read"),
    ],
)
def test_errors_of_libraries_become_one_line(error, kind, message):
    with pytest.raises(kind) as stopped, one_line_errors(FOLDER):
        raise error
    assert str(stopped.value).startswith("ingest: ")
    assert message in str(stopped.value)
    assert "\n" not in str(stopped.value)
    assert stopped.value.__cause__ is error


@pytest.mark.parametrize("error", [GateError("x"), AssertionError("ours"), KeyError("ours")])
def test_own_errors_and_programming_errors_pass_unchanged(error):
    with pytest.raises(type(error)) as stopped, one_line_errors(FOLDER):
        raise error
    assert stopped.value is error
