"""The state of the shop as tensors: what the one graph reads besides its weights.

Tables are keyed by row: articles `[0, articles)`, customers `[0, customers)`, both in the order of their sorted
ids. One more row stands behind each: the padding article and the customer nobody knows.
"""

import pathlib

import numpy as np
import pyarrow as pa
import tensorflow as tf

from transforms import columns
from transforms.calendar import date_of
from transforms.parquet import pq

ARTICLE_NUMBERS = (
    "sales",
    "customers",
    "lines",
    "sales_1d",
    "sales_3d",
    "sales_7d",
    "sales_previous_7d",
    "sales_28d",
    "sales_30d",
    "sales_90d",
    "customers_7d",
    "customers_30d",
    "mean_price",
    "first_day",
    "last_day",
)
CUSTOMER_NUMBERS = (
    "purchases",
    "articles",
    "baskets",
    "lines",
    "purchases_7d",
    "purchases_30d",
    "baskets_30d",
    "baskets_90d",
    "mean_price",
    "first_day",
    "last_day",
)
HISTORY_NUMBERS = ("days_bought", "quantity", "first_day", "last_day", "strength")
ARTICLE_GROUPS = (
    columns.PRODUCT_CODE,
    "product_type_name",
    "department_name",
    "garment_group_name",
    "colour_group_name",
    "section_name",
    "index_name",
)
NEIGHBOUR_TABLES = ("together_basket", "together_month", "same_product")
SEGMENTS = 7
MOST_ARTICLES = 2**23  # what `ops.best` has bits for


class State(tf.Module):
    """The tables of one day as variables, so that a SavedModel keeps them beside the graph.

    Attributes:
        as_of: [] int32, day number.
        article_ids: `[articles + 1]` string, "" for the padding article.
        article_numbers: `[articles + 1, len(ARTICLE_NUMBERS)]` float32.
        article_groups: `[articles + 1, len(ARTICLE_GROUPS)]` int32 codes; -1 is unknown and matches nothing.
        customer_numbers: `[customers + 1, len(CUSTOMER_NUMBERS)]` float32.
        customer_segments: `[customers + 1]` int32, 0 is unknown.
        history_offsets: `[customers + 2]` int32 into the `history_*` arrays, strongest article first.
        recent_offsets: `[customers + 2]` int32 into the `recent_*` arrays, newest purchase first.
        neighbours: per table of `NEIGHBOUR_TABLES`, rows `[articles + 1, n]` int32 and scores float32; and where the
            channel `similar` is on, those of `likeness`.
        popular_rows: `[SEGMENTS, n]` int32 and popular_scores float32.
    """

    def __init__(self, tables: dict[str, np.ndarray]):
        super().__init__(name="state")
        for name, values in tables.items():
            setattr(self, name, tf.Variable(values, trainable=False, name=name))
        self.group_sizes = dict(zip(ARTICLE_GROUPS, (tables["article_groups"].max(axis=0) + 1).tolist(), strict=True))
        self.articles = int(tables["article_ids"].shape[0]) - 1
        self.customers = int(tables["customer_segments"].shape[0]) - 1
        if self.articles >= MOST_ARTICLES:
            raise ValueError(f"articles must be fewer than {MOST_ARTICLES:,}. Received: {self.articles:,}.")


def load_tables(states: pathlib.Path, as_of: int) -> dict[str, np.ndarray]:
    """Reads a state folder into the arrays `State` is made of.

    Args:
        states: the folder with `catalogue.parquet` and the folders of the days.
        as_of: day number.
    """
    day = states / date_of(as_of)
    catalogue = pq.read_table(states / "catalogue.parquet", columns=[columns.ARTICLE_ID, *ARTICLE_GROUPS])
    people = pq.read_table(states / "people.parquet", columns=["segment"])
    articles, customers = catalogue.num_rows, people.num_rows
    tables = {
        "as_of": np.int32(as_of),
        "article_ids": np.array([*catalogue[columns.ARTICLE_ID].to_pylist(), ""], dtype=object),
        "article_groups": np.stack([_codes(catalogue[name]) for name in ARTICLE_GROUPS], axis=1),
        "article_numbers": _numbers(pq.read_table(day / "articles.parquet"), ARTICLE_NUMBERS, "article_row", articles),
        "customer_numbers": _numbers(
            pq.read_table(day / "customers.parquet"), CUSTOMER_NUMBERS, "customer_row", customers
        ),
        "customer_segments": np.append(people["segment"].to_numpy(), 0).astype(np.int32),
    }
    for name, kept in (
        ("history", ("article_row", *HISTORY_NUMBERS)),
        ("recent", ("article_row", "day")),
    ):
        table = pq.read_table(day / f"{name}.parquet")
        tables[f"{name}_offsets"] = _offsets(table["customer_row"].to_numpy(), customers + 1)
        for column in kept:
            values = table[column].to_numpy()
            tables[f"{name}_{column}"] = values.astype(np.float32 if column == "strength" else np.int32)
    for name in NEIGHBOUR_TABLES:
        table = pq.read_table(day / f"{name}.parquet")
        rows, scores = _dense(table["article_row"], table["neighbour_row"], table["score"], articles + 1, articles)
        tables[f"{name}_rows"], tables[f"{name}_scores"] = rows, scores
    table = pq.read_table(day / "popular.parquet")
    tables["popular_rows"], tables["popular_scores"] = _dense(
        table["segment"], table["article_row"], table["score"], SEGMENTS, articles
    )
    return tables


def _numbers(table: pa.Table, names: tuple[str, ...], key: str, rows: int) -> np.ndarray:
    """`[rows + 1, len(names)]` float32; the last row, and those the table lacks, are nobody's: zeros, -1 for days."""
    values = np.empty((rows + 1, len(names)), np.float32)
    described = table[key].to_numpy()
    for i, name in enumerate(names):
        values[:, i] = -1.0 if name.endswith("_day") else 0.0
        values[described, i] = table[name].to_numpy()
    return values


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    """Dense codes of a text column, `[rows + 1]` int32; null and the padding row are -1."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return np.append(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), -1).astype(np.int32)


def _offsets(rows: np.ndarray, size: int) -> np.ndarray:
    """Start of each row in an array sorted by row: `[size + 1]` int32."""
    return np.searchsorted(rows, np.arange(size + 1)).astype(np.int32)


def _dense(keys, values, scores, size: int, pad: int) -> tuple[np.ndarray, np.ndarray]:
    """Lists of different lengths as one padded table, in the order they come: rows int32, scores float32."""
    keys = keys.to_numpy()
    position = np.arange(len(keys)) - np.searchsorted(keys, keys)
    width = int(position.max()) + 1 if len(keys) else 1
    rows = np.full((size, width), pad, np.int32)
    weights = np.zeros((size, width), np.float32)
    rows[keys, position] = values.to_numpy()
    weights[keys, position] = scores.to_numpy()
    return rows, weights
