"""Reads small CSVs that users write: lists of customers, and purchases.

The files are plain or gzip, and UTF-8 with or without a byte order mark. Values may be quoted and have blanks around
them. Columns are separated by commas, semicolons or tabs. Column names may be in any case. Other columns are ignored.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import pathlib
from collections.abc import Iterator, Sequence

from components.ingest.sniffing import describe_other_format
from components.ingest.source import GZIP_ERRORS, open_unpacked
from transforms.columns import ARTICLE_ID, CUSTOMER_ID
from transforms.errors import DataError

_DELIMITERS = (",", ";", "\t")
_SNIFFED_BYTES = 1 << 16
_MAX_VALUE_CHARACTERS = 1 << 30  # ignored columns may hold long texts
_END = "\uffff"  # not a character of any text; added as a last line to detect unclosed quotes


def read_customer_ids(path: pathlib.Path) -> list[str]:
    """Reads the distinct customer ids of a file, in order.

    Args:
        path: a CSV with a column `customer_id`, or a list with one id a line.

    Raises:
        DataError: the file cannot be read or holds no id.
    """
    with _opened(path) as file:
        delimiter, header = _header(path, file)
        if CUSTOMER_ID in header:
            ids = [customer for (customer,) in _values(path, file, delimiter, header, (CUSTOMER_ID,))]
        else:
            ids = list(_lines(path, file))
    distinct = list(dict.fromkeys(ids))
    if not distinct:
        raise DataError(f"{path} must hold at least one customer id; it holds none")
    return distinct


def read_purchases(path: pathlib.Path) -> dict[str, set[str]]:
    """Reads the articles that each customer bought, customers in the order of the file.

    Args:
        path: a CSV with the columns `customer_id` and `article_id`, one row for each purchase.

    Raises:
        DataError: the file cannot be read, lacks a column, or holds no purchase.
    """
    bought: dict[str, set[str]] = {}
    columns = (CUSTOMER_ID, ARTICLE_ID)
    with _opened(path) as file:
        delimiter, header = _header(path, file)
        missing = [column for column in columns if column not in header]
        if missing:
            raise DataError(
                f"{path} must have the columns {', '.join(columns)}; it lacks {', '.join(missing)}"
                f" and has {', '.join(header) or 'none'}"
            )
        for customer, article in _values(path, file, delimiter, header, columns):
            bought.setdefault(customer, set()).add(article)
    if not bought:
        raise DataError(f"{path} must hold at least one purchase; it holds none")
    return bought


@contextlib.contextmanager
def _opened(path: pathlib.Path) -> Iterator[io.TextIOWrapper]:
    if not path.is_file():
        raise DataError(f"{path} must be a file, plain or gzip; there is none")
    field_size_limit = csv.field_size_limit(_MAX_VALUE_CHARACTERS)
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with open_unpacked(path, packed=packed) as binary:
            if what := describe_other_format(binary.read(_SNIFFED_BYTES), delimited=False):
                raise DataError(f"{path} {what}")
            binary.seek(0)
            with io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as file:
                yield file
    except (UnicodeDecodeError, csv.Error, *GZIP_ERRORS) as error:
        raise DataError(f"{path} must be a CSV in UTF-8, plain or gzip; {error}") from error
    finally:
        csv.field_size_limit(field_size_limit)


def _header(path: pathlib.Path, file: io.TextIOWrapper) -> tuple[str, list[str]]:
    """The delimiter and the lower-case column names, if the first non-blank line is a header."""
    first = next((line for line in file if line.strip()), "")
    file.seek(0)
    if first.strip('" ').lower().startswith("sep="):
        raise DataError(f"{path} begins with Excel's `sep=` line: delete it")
    for delimiter in _DELIMITERS:
        names = [
            name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
        ]
        if CUSTOMER_ID in names:
            return delimiter, names
    return _DELIMITERS[0], [name.strip() for name in next(csv.reader([first]), [])]


def _rows(path: pathlib.Path, file: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows that are not blank, each with the number of its first line.

    Raises:
        DataError: a quoted value is never closed. Python's reader would read the rest of the file as its text.
    """
    rows = csv.reader(itertools.chain(file, [_END]), delimiter=delimiter, skipinitialspace=True)
    line = 1
    for row in rows:
        if row == [_END]:
            return
        if row and row[-1].endswith(_END):
            raise DataError(
                f"{path} line {line} opens a quoted value that is never closed: close it, or remove the quote"
            )
        if any(value.strip() for value in row):
            yield line, row
        line = rows.line_num + 1


def _values(
    path: pathlib.Path, file: io.TextIOWrapper, delimiter: str, header: Sequence[str], columns: Sequence[str]
) -> Iterator[list[str]]:
    """Yields the values of some columns, row by row, without blank lines."""
    positions = [header.index(column) for column in columns]
    for column in columns:
        if header.count(column) > 1:
            raise DataError(f"{path} must have the column {column} once; it has it {header.count(column)} times")
    rows = _rows(path, file, delimiter)
    next(rows, None)  # the header
    for line, row in rows:
        if any(value.strip() for value in row[len(header) :]):
            raise DataError(f"{path} line {line} has {len(row)} values where the header has {len(header)}")
        values = [row[position].strip() if position < len(row) else "" for position in positions]
        if not all(values):
            raise DataError(f"{path} line {line} must have a value for {' and '.join(columns)}")
        for value in values:
            _require_one_line(path, line, value)
        yield values


def _lines(path: pathlib.Path, file: io.TextIOWrapper) -> Iterator[str]:
    """Yields the ids of a list without a header."""
    for line, row in _rows(path, file, _DELIMITERS[0]):
        values = [value.strip() for value in row if value.strip()]
        if len(values) > 1:
            raise DataError(f"{path} must have a column {CUSTOMER_ID} or one id a line. Received: {','.join(row)!r}")
        for value in values:
            _require_one_line(path, line, value)
        yield from values


def _require_one_line(path: pathlib.Path, line: int, value: str) -> None:
    """Refuses an id over several lines, which an unclosed quote causes."""
    if "\n" in value or "\r" in value:
        raise DataError(
            f"{path} line {line} has an id with a line break in it; check its quotes. Received: {value[:80]!r}"
        )
