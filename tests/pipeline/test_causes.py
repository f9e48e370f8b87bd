"""A full disk and too little memory are found in the messages of a chain of errors."""

import errno
import pathlib

import duckdb
import pytest
import tensorflow as tf

from pipeline.causes import explain, one_line

OUT, TEMPORARY = pathlib.Path("/out"), pathlib.Path("/tmp")
# Messages of the libraries on a file system of 3 MB.
FULL = [
    OSError(errno.ENOSPC, "No space left on device"),
    OSError("[Errno 28] Error writing bytes to file. Detail: [errno 28] No space left on device"),
    OSError(errno.EDQUOT, "Disk quota exceeded"),
    tf.errors.ResourceExhaustedError(None, None, "/out/checkpoints/ckpt-2_temp/part-0; No space left on device"),
    duckdb.IOException('IO Error: Could not write file "/out/x.parquet": No space left on device'),
    duckdb.OutOfMemoryException(
        "Out of Memory Error: failed to offload data block of size 256.0 KiB (2.9 MiB/3.0 MiB)"
    ),
    RuntimeError("INTERNAL: mysql_query failed: errno: 1, error: database or disk is full"),
]
EXHAUSTED = [
    MemoryError(),
    OSError(errno.ENOMEM, "Cannot allocate memory"),
    tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[100000,100000]"),
    duckdb.OutOfMemoryException(
        "Out of Memory Error: could not allocate block of size 256.0 KiB (1.0 GiB/1.0 GiB used)"
    ),
    RuntimeError("std::bad_alloc"),
]


def wrapped(error):
    """Wraps an error like a library that raises further errors while it cleans up."""
    try:
        try:
            raise error
        except type(error):
            raise KeyError("cleaning up")  # noqa: B904 (as libraries do)
    except KeyError as outer:
        try:
            raise RuntimeError("the worker failed [while running 'WriteSplit']") from outer
        except RuntimeError as outermost:
            return outermost


@pytest.mark.parametrize("error", FULL, ids=lambda error: type(error).__name__)
def test_a_full_disk_is_reported_with_a_remedy(error):
    for line in (explain(error, [OUT, TEMPORARY]), explain(wrapped(error), [OUT, TEMPORARY])):
        assert line.startswith("the disk of /")
        assert line.endswith("run the same command again: finished steps are not repeated")
        assert "\n" not in line


def test_the_folder_named_in_the_error_is_reported():
    for folder in (OUT, TEMPORARY):
        error = OSError(errno.ENOSPC, "No space left on device", str(folder / "x"))
        assert explain(error, [OUT, TEMPORARY]).startswith(f"the disk of {folder} is full")


@pytest.mark.parametrize("error", EXHAUSTED, ids=lambda error: type(error).__name__)
def test_exhausted_memory_is_reported(error):
    for one in (error, wrapped(error)):
        assert explain(one, [OUT]).startswith("the memory of this machine ran out")


@pytest.mark.parametrize("error", [ValueError("28 errors"), KeyError("disk"), FileNotFoundError(2, "No such file")])
def test_other_errors_have_no_explanation(error):
    assert explain(error, [OUT]) is None


def test_an_error_is_formatted_as_one_line():
    assert one_line(ValueError()) == "ValueError"
    assert one_line(ValueError("\n shapes differ \n at layer 3")) == "ValueError: shapes differ"
    beam = RuntimeError("Traceback (most recent call last):\n  File x\nKeyError: 'age' [while running 'Count']\n")
    assert one_line(beam) == "RuntimeError: KeyError: 'age' [while running 'Count']"
    assert len(one_line(ValueError("x" * 1000))) < 320
