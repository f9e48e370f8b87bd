"""Finds, unpacks and hashes the CSV files of a shop, and reads their headers.

Gzip files are unpacked first: this detects truncated files, and all cores can read the plain file.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import pathlib
import shutil
import zlib
from typing import BinaryIO, cast

from components.ingest.irregular_records import first_record
from components.ingest.sniffing import BYTE_ORDER_MARK, describe_non_csv
from transforms.columns import COLUMNS, FILES, OPTIONAL_TABLES, TABLES
from transforms.errors import DataError

GZIP_ERRORS = (gzip.BadGzipFile, EOFError, zlib.error)
_CHUNK_BYTES = 1 << 22
_SNIFFED_BYTES = 1 << 16
_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclasses.dataclass(frozen=True)
class Source:
    """One plain CSV file with its header.

    Attributes:
        table: one of `transforms.columns.COLUMNS`.
        name: name of the user's file, such as `articles.csv.gz`.
        path: the plain (unpacked) file.
        header: names of all columns, in order.
        header_lines: number of lines of the header.
        data_start: position of the first byte after the line end of the header.
        lines: number of lines of the file, without empty lines at its end.
        plain: whether the file is ASCII without quotes or NUL, with line ends of one kind. A byte order mark is
            ignored.
        commas: number of commas of the file if it is plain; each separates two values.
    """

    table: str
    name: str
    path: pathlib.Path
    header: tuple[str, ...]
    header_lines: int
    data_start: int
    lines: int
    plain: bool
    commas: int


def find(data_dir: pathlib.Path, table: str) -> pathlib.Path:
    """Finds the file of a table, plain or gzip.

    Args:
        data_dir: folder of the CSVs.
        table: one of `transforms.columns.COLUMNS`.

    Raises:
        DataError: there is no file, or both a plain and a gzip file.
    """
    plain = data_dir / FILES[table]
    packed = data_dir / f"{FILES[table]}.gz"
    if not data_dir.is_dir():
        raise DataError(f"the data folder does not exist. Received: {data_dir}")
    if plain.is_file() and packed.is_file():
        raise DataError(f"{data_dir} holds both {plain.name} and {packed.name}: remove one")
    if plain.is_file():
        return plain
    if packed.is_file():
        return packed
    raise DataError(f"{data_dir} must hold {plain.name} or {packed.name}: neither is there")


def tables_in(data_dir: pathlib.Path) -> list[str]:
    """Returns the required tables, and the optional ones that have a file.

    Args:
        data_dir: folder of the CSVs.
    """
    optional = [
        table
        for table in OPTIONAL_TABLES
        if any((data_dir / f"{FILES[table]}{ending}").is_file() for ending in ("", ".gz"))
    ]
    return [*TABLES, *optional]


def open_unpacked(path: pathlib.Path, *, packed: bool | None = None) -> BinaryIO:
    """Opens a file for reading bytes and unpacks it if it is gzip.

    Reading a broken gzip file raises one of `GZIP_ERRORS`.

    Args:
        path: the file.
        packed: whether it is gzip; None if its name tells, by the ending `.gz`.
    """
    if packed is None:
        packed = path.suffix == ".gz"
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def fingerprint_of(data_dir: pathlib.Path) -> str:
    """Returns a hash of the names and contents of the CSVs, 32 hex digits.

    TFX does not hash these files. The hash is a parameter of the step, so new data change the cache key.

    Args:
        data_dir: folder of the CSVs.

    Raises:
        DataError: a file is missing or cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    for table in tables_in(data_dir):
        path = find(data_dir, table)
        digest.update(f"{path.name}:{path.stat().st_size}\n".encode())
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK_BYTES):
                    digest.update(chunk)
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}; check its permissions and its disk") from error
    return digest.hexdigest()


def open_source(data_dir: pathlib.Path, table: str, work: pathlib.Path) -> Source:
    """Unpacks the file of a table if it is gzip, reads its header and counts its lines.

    Args:
        data_dir: folder of the CSVs.
        table: one of `transforms.columns.COLUMNS`.
        work: folder for the unpacked file.

    Raises:
        DataError: the file is missing, empty, truncated, not a CSV in UTF-8, wrongly delimited, or lacks a column of
            the schema.
    """
    found = find(data_dir, table)
    path = found
    if found.suffix == ".gz":
        path = work / FILES[table]
        _unpack(found, path)
    with path.open("rb") as file:
        beginning = file.read(_CHUNK_BYTES)
    if not beginning.strip(b"\r\n") and _scan(path)[0] == 0:
        raise DataError(f"{found.name} is empty: it must have a header line and at least one row")
    header, header_lines, data_start = _header(beginning, found.name)
    _check_header(header, table, found.name)
    lines, plain, commas = _scan(path)
    if lines <= header_lines:
        raise DataError(f"{found.name} has a header but no rows")
    return Source(table, found.name, path, header, header_lines, data_start, lines, plain, commas)


def header_of(found: pathlib.Path) -> tuple[str, ...]:
    """Reads the column names of a CSV, plain or gzip, from its first bytes only.

    Args:
        found: path of the file.

    Raises:
        DataError: the file is not a CSV in UTF-8, or its header cannot be read.
    """
    try:
        with open_unpacked(found) as file:
            beginning = file.read(_CHUNK_BYTES)
    except (OSError, *GZIP_ERRORS) as error:
        raise DataError(f"{found.name} cannot be read ({error}): copy the file again") from error
    if not beginning.strip(b"\r\n"):
        raise DataError(f"{found.name} is empty: it must have a header line and at least one row")
    return _header(beginning, found.name)[0]


def _header(beginning: bytes, name: str) -> tuple[tuple[str, ...], int, int]:
    if what := describe_non_csv(beginning[:_SNIFFED_BYTES]):
        raise DataError(f"{name} {what}")
    return _read_header(beginning, name)


def _unpack(packed: pathlib.Path, to: pathlib.Path) -> None:
    try:
        with open_unpacked(packed, packed=True) as source, to.open("wb") as target:
            shutil.copyfileobj(source, target, _CHUNK_BYTES)
    except EOFError as error:
        raise DataError(f"{packed.name} is cut off: its gzip stream has no end; copy the file again") from error
    except GZIP_ERRORS as error:
        raise DataError(f"{packed.name} is not a sound gzip file ({error}); copy the file again") from error


def _scan(path: pathlib.Path) -> tuple[int, bool, int]:
    """Returns `lines`, `plain` and `commas` of a file, as in `Source`."""
    newlines = lines = returns = pairs = commas = 0
    plain, before = True, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            content = chunk.rstrip(b"\r\n")
            if content:
                lines = newlines + content.count(b"\n") + 1
            newlines += chunk.count(b"\n")
            if plain:
                commas += chunk.count(b",")
                text = chunk if before else chunk.removeprefix(BYTE_ORDER_MARK)
                plain = text.isascii() and b'"' not in text and b"\0" not in text
                returns += text.count(b"\r")
                pairs += (before[-1:] + text).count(b"\r\n") if returns else 0
            before = chunk
    return lines, plain and (returns == 0 or returns == pairs == newlines), commas


def _read_header(beginning: bytes, name: str) -> tuple[tuple[str, ...], int, int]:
    """Returns the column names, the number of lines of the header, and the position of the first byte after it."""
    start = len(BYTE_ORDER_MARK) if beginning.startswith(BYTE_ORDER_MARK) else 0
    record = first_record(beginning, start)
    if record is None or len(record[0]) == 1:
        line = beginning[start:].split(b"\n", 1)[0].decode("utf-8", "replace")
        for delimiter, called in _OTHER_DELIMITERS.items():
            if delimiter in line:
                raise DataError(f"{name} is delimited by {called}: it must be delimited by commas")
    if record is None:
        raise DataError(
            f"{name} line 1 is not a CSV header: it has a quote in the wrong place or one that is never closed, "
            f"or is longer than {_CHUNK_BYTES:,} bytes"
        )
    values, next_start = record
    try:
        header = tuple(value.decode("utf-8") for value in values)
    except UnicodeDecodeError as error:
        raise DataError(f"{name} line 1 is not UTF-8: save the file again as UTF-8") from error
    return header, beginning.count(b"\n", 0, next_start) or 1, next_start


def _check_header(header: tuple[str, ...], table: str, name: str) -> None:
    wanted = [column.name for column in COLUMNS[table]]
    missing = [column for column in wanted if column not in header]
    if missing:
        found = ", ".join(header)[:300]
        alike = {_visible(column): column for column in reversed(header)}
        renames = [f"{alike[column.lower()]!r} to {column}" for column in missing if column.lower() in alike]
        remedy = f"; names are compared exactly: rename {', '.join(renames)}" if renames else ""
        raise DataError(
            f"{name} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; it has: {found}{remedy}"
        )
    repeated = sorted({column for column in wanted if header.count(column) > 1})
    if repeated:
        raise DataError(f"{name} has the column {repeated[0]} more than once")


def _visible(column: str) -> str:
    """Returns a name in lower case, without blanks at its ends and without invisible characters."""
    return "".join(character for character in column if character.isprintable()).strip().lower()
