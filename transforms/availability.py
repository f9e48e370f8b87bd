"""Which articles a shop can sell on a day, from the rows of `availability.csv`.

An article without a row is available. One with a row is available from `available_from` to `available_to`, both days
included, and if its stock is above 0; an empty value does not restrict. The stock is that of the end of the data, so
only the state of that day or a later one regards it.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columns import ARTICLE_ID, AVAILABLE_FROM, AVAILABLE_TO, STOCK


def availability_rows(availability: pa.Table, article_ids: pa.ChunkedArray) -> pa.Table:
    """Replaces the ids of the ingested table by article rows and its dates by day numbers.

    Args:
        availability: columns `article_id`, `available_from`, `available_to` (date32) and `stock` (float64).
        article_ids: ids of all articles in the order of their rows, sorted.

    Returns:
        `article_row`, `available_from`, `available_to` (int32) and `stock` (float64), nulls where nothing is given.
    """
    rows = pc.index_in(availability[ARTICLE_ID], value_set=article_ids.combine_chunks())
    return pa.table(
        {
            "article_row": rows,
            AVAILABLE_FROM: availability[AVAILABLE_FROM].cast(pa.int32()),
            AVAILABLE_TO: availability[AVAILABLE_TO].cast(pa.int32()),
            STOCK: availability[STOCK],
        }
    )


def available_articles(rows: pa.Table, articles: int, day: int, *, with_stock: bool) -> np.ndarray:
    """Returns whether each article is available on a day.

    Args:
        rows: from `availability_rows`.
        articles: number of articles.
        day: day number.
        with_stock: whether the stock counts.

    Returns:
        `[articles]` bool.
    """
    first, last, stock = (rows[name].to_numpy() for name in (AVAILABLE_FROM, AVAILABLE_TO, STOCK))
    # Comparisons with NaN, which stands for an empty value, are false.
    unavailable = (first > day) | (last < day)
    if with_stock:
        unavailable |= stock <= 0
    available = np.ones(articles, bool)
    available[rows["article_row"].to_numpy()[unavailable]] = False
    return available


def launch_days(rows: pa.Table, articles: int) -> np.ndarray:
    """Returns `available_from` of each article, `[articles]` float64 day numbers; NaN where it is not given."""
    days = np.full(articles, np.nan)
    days[rows["article_row"].to_numpy()] = rows[AVAILABLE_FROM].to_numpy()
    return days
