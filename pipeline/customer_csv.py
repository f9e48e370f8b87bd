"""Small CSVs about customers that a person hands in: who to recommend to, and what they bought.

Plain or gzip, UTF-8 with or without a byte order mark; values may be quoted and have blanks around them. Columns are
separated by commas, semicolons or tabs, named in any case, and those that are not asked for are ignored.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import pathlib
import zlib
from collections.abc import Iterator, Sequence

from transforms.columns import ARTICLE_ID, CUSTOMER_ID
from transforms.errors import DataError

_DELIMITERS = (",", ";", "\t")


def read_customer_ids(path: pathlib.Path) -> list[str]:
    """The distinct customer ids of a file, in its order.

    Args:
        path: a CSV with a column `customer_id`, or a list with one id a line.

    Raises:
        DataError: the file cannot be read or holds no id.

    """
    with _opened(path) as file:
        delimiter, header = _header(file)
        if CUSTOMER_ID in header:
            ids = [customer for (customer,) in _values(path, file, delimiter, header, (CUSTOMER_ID,))]
        else:
            ids = list(_lines(path, file))
    distinct = list(dict.fromkeys(ids))
    if not distinct:
        raise DataError(f"{path} must hold at least one customer id; it holds none")
    return distinct


def read_purchases(path: pathlib.Path) -> dict[str, set[str]]:
    """What each customer bought, customers in the order of the file.

    Args:
        path: a CSV with the columns `customer_id` and `article_id`, a row a purchase.

    Raises:
        DataError: the file cannot be read, lacks a column, or holds no purchase.

    """
    bought: dict[str, set[str]] = {}
    columns = (CUSTOMER_ID, ARTICLE_ID)
    with _opened(path) as file:
        delimiter, header = _header(file)
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
    with open(path, "rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        binary = gzip.GzipFile(fileobj=raw) if compressed else raw
        with io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as file:
            try:
                yield file
            except (UnicodeDecodeError, csv.Error, gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise DataError(f"{path} must be a CSV in UTF-8, plain or gzip; {error}") from error


def _header(file: io.TextIOWrapper) -> tuple[str, list[str]]:
    """The delimiter and the names of the columns, in small letters, if the first line that is not blank has them."""
    first = next((line for line in file if line.strip()), "")
    file.seek(0)
    for delimiter in _DELIMITERS:
        names = [
            name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
        ]
        if CUSTOMER_ID in names:
            return delimiter, names
    return _DELIMITERS[0], [name.strip() for name in next(csv.reader([first]), [])]


def _values(
    path: pathlib.Path, file: io.TextIOWrapper, delimiter: str, header: Sequence[str], columns: Sequence[str]
) -> Iterator[list[str]]:
    """The values of some columns, row by row; blank lines are left out."""
    places = [header.index(column) for column in columns]
    rows = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
    filled = (row for row in rows if any(value.strip() for value in row))
    next(filled, None)  # the header
    for row in filled:
        values = [row[place].strip() if place < len(row) else "" for place in places]
        if not all(values):
            raise DataError(f"{path} line {rows.line_num} must have a value for {' and '.join(columns)}")
        yield values


def _lines(path: pathlib.Path, file: io.TextIOWrapper) -> Iterator[str]:
    """The ids of a list without a header."""
    for row in csv.reader(file, skipinitialspace=True):
        values = [value.strip() for value in row if value.strip()]
        if len(values) > 1:
            raise DataError(f"{path} must have a column {CUSTOMER_ID} or one id a line; received {','.join(row)!r}")
        yield from values
