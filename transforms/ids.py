"""Checks, writes and reads files of ids. Vocabularies, hash tables and id files store one id on each line."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from transforms.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

# TensorFlow ends lines of text files at \n and drops \r. Transform leaves out values with them and empty values.
_NOT_A_LINE = r"[\r\n]|^$"


def require_lines(name: str, ids: pa.ChunkedArray | pa.Array) -> None:
    """Checks that each id is one line of text.

    Args:
        name: name of the column, for the error message.
        ids: ids to check.

    Raises:
        DataError: an id is missing, is empty or holds a line break.
    """
    import pyarrow.compute as pc

    wrong = pc.fill_null(pc.match_substring_regex(ids, _NOT_A_LINE), fill_value=True)
    if pc.any(wrong).as_py():
        first = ids.filter(wrong)[0].as_py()
        count = pc.sum(wrong).as_py()
        raise DataError(
            f"{name} must hold ids that are one line of text each, without \\n and \\r. Received: {first!r}, and "
            f"{count - 1:,} more such ids; remove these rows, or rename the ids"
        )


def write_ids(ids: Sequence[str], to: pathlib.Path) -> None:
    """Writes ids as UTF-8 lines that end in `\\n`. The ids must pass `require_lines`."""
    to.write_bytes("".join(f"{i}\n" for i in ids).encode())


def read_ids(path: pathlib.Path) -> list[str]:
    r"""Reads the ids of a file with an id on each line.

    Splits at `\n` only. `str.splitlines` and Python's text files also split at `\r`, U+0085, U+2028 and others, which
    ids may hold.
    """
    *ids, rest = path.read_bytes().decode().split("\n")
    return [*ids, rest] if rest else ids
