"""The CSV files of a shop as they lie in a folder: found, unpacked, their header read, their bytes hashed.

DuckDB reads a gzip file that was cut off without a word, so files are unpacked here, which finds
it out; the plain file that results is also read by all cores.
"""

from __future__ import annotations

import csv
import dataclasses
import gzip
import hashlib
import pathlib
import shutil
import zlib

from transforms.columns import FILES, TABLES
from transforms.errors import DataError

_CHUNK_BYTES = 1 << 22
_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclasses.dataclass(frozen=True)
class Source:
    """One CSV, ready to be read.

    Attributes:
        table: `articles`, `customers` or `transactions`.
        name: the file's name as the user knows it, `articles.csv.gz` say.
        path: the plain (unpacked) file.
        header: the names of all its columns, in order.
        header_lines: physical lines the header takes.
        lines: physical lines of the file, without empty ones at its end.

    """

    table: str
    name: str
    path: pathlib.Path
    header: tuple[str, ...]
    header_lines: int
    lines: int


def find(data_dir: pathlib.Path, table: str) -> pathlib.Path:
    """The file of `table` in `data_dir`, plain or gzip.

    Raises:
        DataError: there is none, or there are both.

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


def fingerprint_of(data_dir: pathlib.Path) -> str:
    """Hash over the names and contents of the three files, 32 hex digits.

    TFX does not hash the files it is given: this goes in as a parameter, so that its cache sees new data.

    Raises:
        DataError: a file is missing.

    """
    digest = hashlib.blake2b(digest_size=16)
    for table in TABLES:
        path = find(data_dir, table)
        digest.update(f"{path.name}:{path.stat().st_size}\n".encode())
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()


def open_source(data_dir: pathlib.Path, table: str, work: pathlib.Path) -> Source:
    """Unpacks the file of `table` into `work` if it is gzip, reads its header and counts its lines.

    Raises:
        DataError: missing, empty, cut off, not UTF-8, wrongly delimited, or without a column of the schema.

    """
    found = find(data_dir, table)
    path = found
    if found.suffix == ".gz":
        path = work / FILES[table]
        _unpack(found, path)
    lines = _count_lines(path)
    if lines == 0:
        raise DataError(f"{found.name} is empty: it must have a header line and at least one row")
    header, header_lines = _read_header(path, found.name)
    _check_header(header, table, found.name)
    if lines <= header_lines:
        raise DataError(f"{found.name} has a header but no rows")
    return Source(table, found.name, path, header, header_lines, lines)


def _unpack(packed: pathlib.Path, to: pathlib.Path) -> None:
    try:
        with gzip.open(packed, "rb") as source, to.open("wb") as target:
            shutil.copyfileobj(source, target, _CHUNK_BYTES)
    except EOFError as error:
        raise DataError(f"{packed.name} is cut off: its gzip stream has no end; copy the file again") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{packed.name} is not a sound gzip file ({error}); copy the file again") from error


def _count_lines(path: pathlib.Path) -> int:
    """Lines up to the last one that is not empty; the line ends are `\\n` or `\\r\\n`."""
    newlines = 0
    lines = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            content = chunk.rstrip(b"\r\n")
            if content:
                lines = newlines + content.count(b"\n") + 1
            newlines += chunk.count(b"\n")
    return lines


def _read_header(path: pathlib.Path, name: str) -> tuple[tuple[str, ...], int]:
    try:
        # Bytes that are not UTF-8 matter here in the header only; further down DuckDB tells their line.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = csv.reader(file)
            header = tuple(next(reader))
    except csv.Error as error:
        raise DataError(f"{name} line 1 is not a CSV header: {error}") from error
    if any("\udc80" <= character <= "\udcff" for column in header for character in column):
        raise DataError(f"{name} line 1 is not UTF-8: save the file again as UTF-8")
    return header, reader.line_num


def _check_header(header: tuple[str, ...], table: str, name: str) -> None:
    wanted = [column.name for column in TABLES[table]]
    missing = [column for column in wanted if column not in header]
    if len(header) == 1:
        for delimiter, called in _OTHER_DELIMITERS.items():
            if delimiter in header[0]:
                raise DataError(f"{name} is delimited by {called}: it must be delimited by commas")
    if missing:
        found = ", ".join(header)[:300]
        raise DataError(f"{name} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; it has: {found}")
    repeated = sorted({column for column in wanted if header.count(column) > 1})
    if repeated:
        raise DataError(f"{name} has the column {repeated[0]} more than once")
