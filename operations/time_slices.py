"""A shop's data as they were at an earlier day, what was bought afterwards, and a period spoilt on purpose."""

from __future__ import annotations

import contextlib
import csv
import datetime
import gzip
import os
import pathlib
import random
from collections.abc import Iterator

from components.ingest.source import find
from transforms.columns import ARTICLE_ID, CUSTOMER_ID, DAY, FILES
from transforms.errors import DataError

_TRANSACTIONS = "transactions"


def last_day(data_dir: pathlib.Path) -> datetime.date:
    """The last day with a transaction.

    Raises:
        DataError: the transactions cannot be read.
    """
    with _opened(find(data_dir, _TRANSACTIONS)) as rows:
        return max((_date(row) for row in rows), default=datetime.date.min)


def cut_before(data_dir: pathlib.Path, day: datetime.date, to: pathlib.Path) -> pathlib.Path:
    """Writes the data as they were known before a day: its transactions and later ones are left out.

    Args:
        data_dir: folder of the three CSVs, plain or gzip.
        day: first day that is not known.
        to: folder of the result; articles and customers are links.

    Raises:
        DataError: nothing is left, or the data cannot be read.
    """
    return _rewrite(data_dir, to, keep=lambda row: _date(row) < day, what=f"transactions before {day}")


def shuffle_articles(data_dir: pathlib.Path, from_day: datetime.date, to: pathlib.Path, *, seed: int) -> pathlib.Path:
    """Writes the data with the article ids of the transactions from a day on exchanged for each other.

    Every id keeps standing for one article, but for another: what a change of keys upstream, a wrong join, does.

    Args:
        data_dir: folder of the three CSVs.
        from_day: the first spoilt day.
        to: folder of the result.
        seed: of the exchange.
    """
    with _opened(find(data_dir, "articles")) as rows:
        ids = sorted(row[ARTICLE_ID] for row in rows)
    exchanged = dict(zip(ids, random.Random(seed).sample(ids, len(ids)), strict=True))

    def spoil(row: dict[str, str]) -> bool:
        if _date(row) >= from_day:
            row[ARTICLE_ID] = exchanged.get(row[ARTICLE_ID], row[ARTICLE_ID])
        return True

    return _rewrite(data_dir, to, keep=spoil, what="transactions")


def bought_between(data_dir: pathlib.Path, first: datetime.date, end: datetime.date) -> dict[str, set[str]]:
    """What each customer bought in `[first, end)`, distinct articles; customers sorted."""
    bought: dict[str, set[str]] = {}
    with _opened(find(data_dir, _TRANSACTIONS)) as rows:
        for row in rows:
            if first <= _date(row) < end:
                bought.setdefault(row[CUSTOMER_ID], set()).add(row[ARTICLE_ID])
    return dict(sorted(bought.items()))


def _rewrite(data_dir: pathlib.Path, to: pathlib.Path, *, keep, what: str) -> pathlib.Path:
    to.mkdir(parents=True, exist_ok=True)
    for table in ("articles", "customers"):
        source = find(data_dir, table)
        with contextlib.suppress(FileExistsError):
            (to / source.name).symlink_to(source.resolve())
    target = to / FILES[_TRANSACTIONS]
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    kept = 0
    with _opened(find(data_dir, _TRANSACTIONS)) as rows, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows.fieldnames or [], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            if keep(row):
                writer.writerow(row)
                kept += 1
    if not kept:
        unfinished.unlink()
        raise DataError(f"{data_dir} must hold {what}; it holds none")
    unfinished.replace(target)
    return to


@contextlib.contextmanager
def _opened(path: pathlib.Path) -> Iterator[csv.DictReader]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield csv.DictReader(file)


def _date(row: dict[str, str]) -> datetime.date:
    try:
        return datetime.date.fromisoformat(row[DAY])
    except (KeyError, ValueError) as error:
        raise DataError(f"a transaction must have {DAY} as YYYY-MM-DD; received {row.get(DAY)!r}") from error
