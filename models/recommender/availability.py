"""The articles that may be recommended as of a day: those the shop can sell, by its availability or by recent sales."""

from __future__ import annotations

import pathlib

import numpy as np
import pyarrow as pa

from models.recommender.state import ARTICLE_NUMBERS
from transforms.availability import available_articles, launch_days
from transforms.calendar import date_of, load_calendar
from transforms.errors import DataError
from transforms.parquet import pq
from transforms.state_files import AVAILABILITY_FILE


def availability_tables(
    states: pathlib.Path, as_of: int, numbers: np.ndarray, sold_within_days: int
) -> dict[str, np.ndarray]:
    """Reads which articles may be recommended.

    Args:
        states: folder of the states.
        as_of: day number.
        numbers: `[articles + 1, len(ARTICLE_NUMBERS)]` float32, numbers of the state.
        sold_within_days: as in `recommendable`.

    Returns:
        `available` `[articles + 1]` bool, true for the padding article; and `launch_days` `[articles]` float64, if the
        shop has a table of its availability. Empty if nothing restricts the articles.

    Raises:
        DataError: no article is available.
    """
    rows = pq.read_table(states / AVAILABILITY_FILE) if (states / AVAILABILITY_FILE).exists() else None
    if rows is None and not sold_within_days:
        return {}
    with_stock = rows is not None and as_of >= load_calendar(states).end
    tables = {"available": recommendable(rows, as_of, numbers, sold_within_days, with_stock=with_stock)}
    if rows is not None:
        tables["launch_days"] = launch_days(rows, len(numbers) - 1)
    return tables


def recommendable(
    rows: pa.Table | None, as_of: int, numbers: np.ndarray, sold_within_days: int, *, with_stock: bool
) -> np.ndarray:
    """Returns which articles may be recommended as of a day.

    Args:
        rows: from `transforms.availability.availability_rows`, or None.
        as_of: day number.
        numbers: `[articles + 1, len(ARTICLE_NUMBERS)]` float32, numbers of the state.
        sold_within_days: articles that were sold, but not in the last so many days, may not be recommended; 0 turns
            the rule off. An article that was never sold may be.
        with_stock: whether the stock counts.

    Returns:
        `[articles + 1]` bool, true for the padding article.

    Raises:
        DataError: there is none.
    """
    available = np.ones(len(numbers), bool)
    if rows is not None:
        available[:-1] = available_articles(rows, len(numbers) - 1, as_of, with_stock=with_stock)
    if sold_within_days:
        last_day = numbers[:-1, ARTICLE_NUMBERS.index("last_day")]
        available[:-1] &= (last_day < 0) | (last_day >= as_of - sold_within_days)
    if not available[:-1].any():
        raise DataError(
            f"an article must be available on {date_of(as_of)}. Received: none of {len(numbers) - 1:,}; correct "
            "availability.csv, or recommender.sold_within_days"
        )
    return available
