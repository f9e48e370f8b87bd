"""The state of the shop as tensors: what the one graph reads besides its weights.

Tables are keyed by row: articles `[0, articles)`, customers `[0, customers)`, both in the order of their sorted
ids. One more row stands behind each: the padding article and the customer nobody knows.
"""

import pathlib

import numpy as np
import pyarrow as pa
import tensorflow as tf

from transforms import columns
from transforms.errors import DataError
from transforms.ids import require_lines
from transforms.parquet import pq
from transforms.state_files import CATALOGUE, PEOPLE, state_folder

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
        best_sellers: int, number of articles in the overall popular list.
        by_sales: `[articles]` int32, all articles: those of the overall popular list first, then the others by
            customers of the last days, sales and row.
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
        real = (tables["popular_rows"][0] < self.articles) & (tables["popular_scores"][0] > 0)
        self.best_sellers = int(real.sum())
        self.by_sales = tf.Variable(_by_sales(tables), trainable=False, name="by_sales")


def load_tables(states: pathlib.Path, as_of: int) -> dict[str, np.ndarray]:
    """Reads a state folder into the arrays `State` is made of.

    Args:
        states: the folder with `catalogue.parquet` and the folders of the days.
        as_of: day number.

    Raises:
        DataError: an article id is not one line of text, or the tables' row numbers do not match the catalogue and the
            people.
    """
    day = state_folder(states, as_of)
    catalogue = pq.read_table(states / CATALOGUE, columns=["article_row", columns.ARTICLE_ID, *ARTICLE_GROUPS])
    people = pq.read_table(states / PEOPLE, columns=["customer_row", "segment"])
    articles, customers = catalogue.num_rows, people.num_rows
    _require_numbered(states / CATALOGUE, catalogue["article_row"])
    _require_numbered(states / PEOPLE, people["customer_row"])
    require_lines(columns.ARTICLE_ID, catalogue[columns.ARTICLE_ID])

    def read(name: str, key: str, size: int) -> pa.Table:
        table = pq.read_table(day / f"{name}.parquet")
        limits = {"customer_row": customers, "article_row": articles, "neighbour_row": articles, key: size}
        for column in table.column_names:
            if column in limits:
                _require_rows(day / f"{name}.parquet", column, table[column], limits[column], ascending=column == key)
        return table

    tables = {
        "as_of": np.int32(as_of),
        "article_ids": np.array([*catalogue[columns.ARTICLE_ID].to_pylist(), ""], dtype=object),
        "article_groups": np.stack([_codes(catalogue[name]) for name in ARTICLE_GROUPS], axis=1),
        "article_numbers": _numbers(
            read("articles", "article_row", articles), ARTICLE_NUMBERS, "article_row", articles
        ),
        "customer_numbers": _numbers(
            read("customers", "customer_row", customers), CUSTOMER_NUMBERS, "customer_row", customers
        ),
        "customer_segments": np.append(people["segment"].to_numpy(), 0).astype(np.int32),
    }
    for name, kept in (
        ("history", ("article_row", *HISTORY_NUMBERS)),
        ("recent", ("article_row", "day")),
    ):
        table = read(name, "customer_row", customers)
        tables[f"{name}_offsets"] = _offsets(table["customer_row"].to_numpy(), customers + 1)
        for column in kept:
            values = table[column].to_numpy()
            tables[f"{name}_{column}"] = values.astype(np.float32 if column == "strength" else np.int32)
    for name in NEIGHBOUR_TABLES:
        table = read(name, "article_row", articles)
        rows, scores = _dense(table["article_row"], table["neighbour_row"], table["score"], articles + 1, articles)
        tables[f"{name}_rows"], tables[f"{name}_scores"] = rows, scores
    table = read("popular", "segment", SEGMENTS)
    tables["popular_rows"], tables["popular_scores"] = _dense(
        table["segment"], table["article_row"], table["score"], SEGMENTS, articles
    )
    return tables


def _require_numbered(path: pathlib.Path, rows: pa.ChunkedArray) -> None:
    if not np.array_equal(rows.to_numpy(), np.arange(len(rows))):
        raise DataError(f"{path} must be sorted by row number, 0 to {len(rows) - 1:,}; build the features again")


def _require_rows(path: pathlib.Path, column: str, rows: pa.ChunkedArray, size: int, *, ascending: bool) -> None:
    values = rows.to_numpy()
    if len(values) and not 0 <= values.min() <= values.max() < size:
        raise DataError(
            f"{path}: {column} must lie in [0, {size - 1:,}]. Received: {values.min():,} to {values.max():,}; build "
            "the features again"
        )
    if ascending and (values[1:] < values[:-1]).any():
        raise DataError(f"{path} must be sorted by {column}; build the features again")


def _by_sales(tables: dict[str, np.ndarray]) -> np.ndarray:
    """All articles, `[articles]` int32: the popular ones in their order, then by customers, sales and row."""
    numbers, popular = tables["article_numbers"][:-1], tables["popular_rows"][0]
    place = np.full(len(numbers) + 1, len(popular), np.int64)
    place[popular] = np.arange(len(popular))
    keys = [-numbers[:, ARTICLE_NUMBERS.index(name)] for name in ("sales", "customers_30d", "customers_7d")]
    return np.lexsort((*keys, place[:-1])).astype(np.int32)


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
