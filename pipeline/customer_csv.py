"""Small CSVs about customers that a person hands in: who to recommend to, and what they bought.

Plain or gzip, UTF-8. Other columns than those named are ignored.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import pathlib
import zlib
from collections.abc import Iterator

from transforms.columns import ARTICLE_ID, CUSTOMER_ID
from transforms.errors import DataError


def read_customer_ids(path: pathlib.Path) -> list[str]:
    """The distinct customer ids of a file, in its order.

    Args:
        path: a CSV with a column `customer_id`, or a plain list with one id a line.

    Raises:
        DataError: the file cannot be read or holds no id.

    """
    with _opened(path) as file:
        first = file.readline()
        file.seek(0)
        if CUSTOMER_ID in next(csv.reader([first]), []):
            ids = [row[CUSTOMER_ID] for row in _rows(path, file, (CUSTOMER_ID,))]
        else:
            ids = [line.strip() for line in file]
            if any("," in customer for customer in ids):
                raise DataError(f"{path} must have a column {CUSTOMER_ID} or one id a line; received {first.strip()!r}")
    distinct = list(dict.fromkeys(customer for customer in ids if customer))
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
    with _opened(path) as file:
        for row in _rows(path, file, (CUSTOMER_ID, ARTICLE_ID)):
            bought.setdefault(row[CUSTOMER_ID], set()).add(row[ARTICLE_ID])
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


def _rows(path: pathlib.Path, file: io.TextIOWrapper, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    reader = csv.DictReader(file)
    missing = [column for column in columns if column not in (reader.fieldnames or [])]
    if missing:
        raise DataError(
            f"{path} must have the columns {', '.join(columns)}; it lacks {', '.join(missing)}"
            f" and has {', '.join(reader.fieldnames or []) or 'none'}"
        )
    for row in reader:
        if any(not row[column] for column in columns):
            raise DataError(f"{path} line {reader.line_num} must have a value for {' and '.join(columns)}")
        yield row
