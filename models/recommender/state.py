"""The state of the shop as tensors: the data that the one graph reads besides its weights.

Tables are indexed by article row, `[0, num_articles)`, or customer row, `[0, num_customers)`, both in the order of the
sorted ids. One more row follows in each: the padding article and the unknown customer.
"""

import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import tensorflow as tf

from models.recommender.reasons.tables import popular_ranks, reason_names
from models.recommender.style import style_tables
from transforms import columns
from transforms.content import CONTENT_FILE, read_content
from transforms.errors import DataError
from transforms.features import REBUY_WEEKS
from transforms.group_codes import group_codes
from transforms.ids import require_lines
from transforms.needs import INTERCEPT, NEED_INPUTS, NEED_KINDS, NEED_WEEKS
from transforms.parquet import pq
from transforms.state_files import ARTICLES_FILE, CUSTOMERS_FILE, state_folder

ARTICLE_NUMBERS = (
    "units",
    "customers",
    "purchases",
    "purchases_1d",
    "purchases_3d",
    "purchases_7d",
    "purchases_previous_7d",
    "purchases_28d",
    "purchases_30d",
    "purchases_90d",
    "customers_7d",
    "customers_30d",
    "mean_price",
    "first_day",
    "last_day",
)
CUSTOMER_NUMBERS = (
    "units",
    "articles",
    "baskets",
    "purchases",
    "units_7d",
    "units_30d",
    "baskets_30d",
    "baskets_90d",
    "mean_price",
    "first_day",
    "last_day",
)
REBUY_NUMBERS = ("owners", "rebuyers", "expected_rebuyers", "new_buyers", "active_customers")
OUTLOOK_NUMBERS = ("sold_probability", "expected_units", "lifetime_weeks")
HISTORY_NUMBERS = ("days_bought", "units", "first_day", "last_day", "strength", "ownership")
ARTICLE_GROUPS = (
    columns.PRODUCT_CODE,
    "product_type_name",
    "department_name",
    "garment_group_name",
    "colour_group_name",
    "section_name",
    "index_name",
)
NEIGHBOUR_TABLES = ("together_basket", "together_month", "same_product", "next_basket")
SEGMENTS = 7


class State(tf.Module):
    """The tables of one day as variables, which a SavedModel stores with the graph.

    Args:
        tables: arrays from `load_tables`.

    Attributes:
        as_of: [] int32, day number.
        num_articles: int, number of articles.
        num_customers: int, number of customers.
        article_ids: `[articles + 1]` string, "" for the padding article.
        article_numbers: `[articles + 1, len(ARTICLE_NUMBERS)]` float32.
        article_rebuys: `[articles + 1, len(REBUY_WEEKS), len(REBUY_NUMBERS)]` float32, over the last weeks.
        article_outlook: `[articles + 1, len(OUTLOOK_NUMBERS)]` float32, forecasts of the week after the state; NaN
            if the sales are too few to learn from.
        article_groups: `[articles + 1, len(ARTICLE_GROUPS)]` int32 codes; -1 is missing and matches no group.
        group_sizes: number of codes of each group, by name.
        style_<kind>: for each of `transforms.content.KINDS`, `[articles + 1, n]` float32, see `style.style_tables`.
        available: `[articles + 1]` bool, whether each article may be recommended, true for the padding article; None if
            all may.
        arrival_rows, is_arrival: new arrivals, see `arrivals.arrival_tables`, if the settings read them.
        customer_numbers: `[customers + 1, len(CUSTOMER_NUMBERS)]` float32.
        customer_segments: `[customers + 1]` int32 age segments; 0 is unknown.
        history_offsets: `[customers + 2]` int32 into the `history_*` arrays, strongest article first.
        recent_offsets: `[customers + 2]` int32 into the `recent_*` arrays, newest purchase first.
        <table>_rows: for each of `NEIGHBOUR_TABLES`, and for `similar` if that channel is on, `[articles + 1, n]` int32
            article rows, best first, padded.
        <table>_scores: `[articles + 1, n]` float32 scores of these neighbours; 0 for padding.
        together_basket_customers: `[articles + 1, n]` int32, number of customers who bought both on one day.
        need_weights_<kind>: for each of `NEED_KINDS`, `[len(NEED_INPUTS) + 1]` float32, the intercept last.
        need_names_<kind>: `[groups + 1]` string, by group code, then "".
        need_popularity_<kind>: `[len(NEED_WEEKS), groups]` float32 log shares of a week's buyers.
        need_pairs_<kind>: `[pairs, 2]` int64 group codes of the linear next basket over groups: owned, bought next. The
            code `groups` stands for articles without a group.
        need_scores_<kind>: `[pairs]` float32 weights of these pairs.
        popular_rows: `[SEGMENTS, n]` int32 article rows, best first, padded.
        popular_scores: `[SEGMENTS, n]` float32.
        popular_customers: `[SEGMENTS, n]` float32, customers of the segment who bought the article in the last days.
        department_rows: `[departments + 1, n]` int32 popular articles of each department code, best first, padded; the
            last row, of articles without a department, is empty.
        department_scores: `[departments + 1, n]` float32 shares of the department's customers.
        section_rows: `[SEGMENTS, sections + 1, n]` int32, the same of each section in each age segment.
        section_scores: `[SEGMENTS, sections + 1, n]` float32.
        popular_ranks: `[articles + 1, SEGMENTS]` int32, see `reasons.tables.popular_ranks`.
        reason_names: `[n]` string, see `reasons.tables.reason_names`.
        num_popular: int, number of articles in the popular list of all customers.
        by_popularity: `[articles]` int32, all article rows: the popular list of all customers first, then the others by
            customers of the last 7 and 30 days, units and row.
    """

    def __init__(self, tables: dict[str, np.ndarray]):
        super().__init__(name="state")
        self.available: tf.Variable | None = None
        for name, values in tables.items():
            setattr(self, name, tf.Variable(values, trainable=False, name=name))
        self.group_sizes = dict(zip(ARTICLE_GROUPS, (tables["article_groups"].max(axis=0) + 1).tolist(), strict=True))
        self.group_sizes |= {kind: len(tables[f"need_names_{kind}"]) - 1 for kind in NEED_KINDS}
        self.num_articles = int(tables["article_ids"].shape[0]) - 1
        self.num_customers = int(tables["customer_segments"].shape[0]) - 1
        real = (tables["popular_rows"][0] < self.num_articles) & (tables["popular_scores"][0] > 0)
        self.num_popular = int(real.sum())
        ranks = popular_ranks(tables["popular_rows"], tables["popular_customers"], self.num_articles)
        self.popular_ranks = tf.Variable(ranks, trainable=False, name="popular_ranks")
        self.by_popularity = tf.Variable(_by_popularity(tables), trainable=False, name="by_popularity")


def load_tables(states: pathlib.Path, as_of: int) -> dict[str, np.ndarray]:
    """Reads the state of a day into the arrays of `State`.

    Args:
        states: folder with `articles.parquet`, `customers.parquet`, `content.parquet` and the folders of the days.
        as_of: day number.

    Returns:
        Arrays by name, as the attributes of `State`.

    Raises:
        DataError: an article id is not one line of text, or row numbers of the tables do not match `articles.parquet`
            and `customers.parquet`.
    """
    day = state_folder(states, as_of)
    articles = pq.read_table(states / ARTICLES_FILE, columns=["article_row", columns.ARTICLE_ID, *ARTICLE_GROUPS])
    customers = pq.read_table(states / CUSTOMERS_FILE, columns=["customer_row", "segment"])
    num_articles, num_customers = articles.num_rows, customers.num_rows
    _require_numbered(states / ARTICLES_FILE, articles["article_row"])
    _require_numbered(states / CUSTOMERS_FILE, customers["customer_row"])
    require_lines(columns.ARTICLE_ID, articles[columns.ARTICLE_ID])

    def read(name: str, key: str, size: int, *, ascending: bool = True) -> pa.Table:
        table = pq.read_table(day / f"{name}.parquet")
        limits = {"customer_row": num_customers, "article_row": num_articles, "neighbour_row": num_articles, key: size}
        for column in table.column_names:
            if column in limits:
                _require_rows(
                    day / f"{name}.parquet",
                    column,
                    table[column],
                    limits[column],
                    ascending=ascending and column == key,
                )
        return table

    article_state = read("article_state", "article_row", num_articles)
    customer_state = read("customer_state", "customer_row", num_customers)
    tables = {
        "as_of": np.int32(as_of),
        "article_ids": np.array([*articles[columns.ARTICLE_ID].to_pylist(), ""], dtype=object),
        "article_groups": np.stack([_codes(articles[name]) for name in ARTICLE_GROUPS], axis=1),
        "reason_names": reason_names(group_codes(articles["department_name"])[1]),
        "article_numbers": _numbers(article_state, ARTICLE_NUMBERS, "article_row", num_articles),
        "article_rebuys": _rebuys(read("article_rebuys", "article_row", num_articles)),
        "article_outlook": _numbers(
            read("article_outlook", "article_row", num_articles), OUTLOOK_NUMBERS, "article_row", num_articles
        ),
        "customer_numbers": _numbers(customer_state, CUSTOMER_NUMBERS, "customer_row", num_customers),
        "customer_segments": np.append(customers["segment"].to_numpy(), 0).astype(np.int32),
    }
    for name, kept in (
        ("history", ("article_row", *HISTORY_NUMBERS)),
        ("recent", ("article_row", "day")),
    ):
        table = read(name, "customer_row", num_customers)
        tables[f"{name}_offsets"] = _offsets(table["customer_row"].to_numpy(), num_customers + 1)
        for column in kept:
            values = table[column].to_numpy()
            tables[f"{name}_{column}"] = values.astype(np.float32 if column in ("strength", "ownership") else np.int32)
    for name in NEIGHBOUR_TABLES:
        table = read(name, "article_row", num_articles)
        tables[f"{name}_rows"], tables[f"{name}_scores"] = _dense(
            table["article_row"], table["neighbour_row"], table["score"], num_articles + 1, num_articles
        )
        if name == "together_basket":
            _, customers = _dense(
                table["article_row"], table["neighbour_row"], table["customers"], num_articles + 1, num_articles
            )
            tables["together_basket_customers"] = customers.astype(np.int32)
    tables |= style_tables(read_content(states / CONTENT_FILE, articles[columns.ARTICLE_ID]))
    groups = tables["article_groups"]
    departments, sections = (groups[:, ARTICLE_GROUPS.index(name)] for name in ("department_name", "section_name"))
    table = read("popular_in_department", "article_row", num_articles, ascending=False)
    tables["department_rows"], tables["department_scores"] = _dense_by(
        departments[table["article_row"]], table, departments.max() + 2, num_articles
    )
    table, size = read("popular_in_section", "segment", SEGMENTS), sections.max() + 2
    dense = _dense_by(
        table["segment"].to_numpy() * size + sections[table["article_row"]], table, SEGMENTS * size, num_articles
    )
    tables["section_rows"], tables["section_scores"] = (each.reshape(SEGMENTS, size, -1) for each in dense)
    table = read("popular", "segment", SEGMENTS)
    tables["popular_rows"], tables["popular_scores"] = _dense(
        table["segment"], table["article_row"], table["score"], SEGMENTS, num_articles
    )
    _, tables["popular_customers"] = _dense(
        table["segment"], table["article_row"], table["customers"], SEGMENTS, num_articles
    )
    tables.update(_needs(day))
    return tables


def _needs(day: pathlib.Path) -> dict[str, np.ndarray]:
    """Reads the need models of all kinds."""
    weights, groups, neighbours = (
        pq.read_table(day / f"{name}.parquet") for name in ("needs", "need_groups", "need_neighbours")
    )
    arrays: dict[str, np.ndarray] = {}
    for kind in NEED_KINDS:
        of_kind = [table.filter(pc.equal(table["kind"], kind)) for table in (weights, groups, neighbours)]
        by_input = dict(zip(of_kind[0]["input"].to_pylist(), of_kind[0]["weight"].to_pylist(), strict=True))
        ends = [of_kind[2][name].to_numpy() for name in ("group_code", "neighbour_code")]
        popularity = [of_kind[1][f"popularity_{weeks}w"].to_numpy() for weeks in NEED_WEEKS]
        arrays |= {
            f"need_weights_{kind}": np.array([by_input[name] for name in (*NEED_INPUTS, INTERCEPT)], np.float32),
            f"need_names_{kind}": np.array([*of_kind[1]["name"].to_pylist(), ""], dtype=object),
            f"need_popularity_{kind}": np.stack(popularity).astype(np.float32),
            f"need_pairs_{kind}": np.stack(ends, axis=1).astype(np.int64),
            f"need_scores_{kind}": of_kind[2]["score"].to_numpy().astype(np.float32),
        }
    return arrays


def _require_numbered(path: pathlib.Path, rows: pa.ChunkedArray) -> None:
    """Checks that rows are numbered from 0 in order."""
    if not np.array_equal(rows.to_numpy(), np.arange(len(rows))):
        raise DataError(f"{path} must be sorted by row number, 0 to {len(rows) - 1:,}; build the features again")


def _require_rows(path: pathlib.Path, column: str, rows: pa.ChunkedArray, size: int, *, ascending: bool) -> None:
    """Checks that row numbers are in [0, size) and, if `ascending`, sorted."""
    values = rows.to_numpy()
    if len(values) and not 0 <= values.min() <= values.max() < size:
        raise DataError(
            f"{path}: {column} must lie in [0, {size - 1:,}]. Received: {values.min():,} to {values.max():,}; build "
            "the features again"
        )
    if ascending and (values[1:] < values[:-1]).any():
        raise DataError(f"{path} must be sorted by {column}; build the features again")


def _by_popularity(tables: dict[str, np.ndarray]) -> np.ndarray:
    """Returns all article rows, `[articles]` int32: the popular list, then by customers, units and row."""
    numbers, popular = tables["article_numbers"][:-1], tables["popular_rows"][0]
    place = np.full(len(numbers) + 1, len(popular), np.int64)
    place[popular] = np.arange(len(popular))
    keys = [-numbers[:, ARTICLE_NUMBERS.index(name)] for name in ("units", "customers_30d", "customers_7d")]
    return np.lexsort((*keys, place[:-1])).astype(np.int32)


def _numbers(table: pa.Table, names: tuple[str, ...], key: str, rows: int) -> np.ndarray:
    """Returns `[rows + 1, len(names)]` float32. The last row and missing rows have zeros, and -1 for days."""
    values = np.empty((rows + 1, len(names)), np.float32)
    described = table[key].to_numpy()
    for i, name in enumerate(names):
        values[:, i] = -1.0 if name.endswith("_day") else 0.0
        values[described, i] = table[name].to_numpy()
    return values


def _rebuys(table: pa.Table) -> np.ndarray:
    """Returns `[rows + 1, len(REBUY_WEEKS), len(REBUY_NUMBERS)]` float32. The last row has zeros."""
    values = np.stack([table[name].to_numpy() for name in REBUY_NUMBERS], axis=1).astype(np.float32)
    values = values.reshape(-1, len(REBUY_WEEKS), len(REBUY_NUMBERS))
    return np.concatenate([values, np.zeros_like(values, shape=(1, *values.shape[1:]))])


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    """Returns codes of a text column from 0, `[rows + 1]` int32; -1 for null and for the last row."""
    return np.append(group_codes(column)[0], -1).astype(np.int32)


def _offsets(rows: np.ndarray, size: int) -> np.ndarray:
    """Returns the start of each row in `rows`, which is sorted: `[size + 1]` int32."""
    return np.searchsorted(rows, np.arange(size + 1)).astype(np.int32)


def _dense_by(keys: np.ndarray, table: pa.Table, size: int, pad: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the lists of `_dense` for keys in any order; rows of one key stay in theirs."""
    order = np.argsort(keys, kind="stable")
    rows, scores = (pa.chunked_array([table[name].to_numpy()[order]]) for name in ("article_row", "score"))
    return _dense(pa.chunked_array([keys[order]]), rows, scores, size, pad)


def _dense(keys, values, scores, size: int, pad: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns lists as a padded table, in the given order: rows `[size, n]` int32 and scores `[size, n]` float32."""
    keys = keys.to_numpy()
    position = np.arange(len(keys)) - np.searchsorted(keys, keys)
    width = int(position.max()) + 1 if len(keys) else 1
    rows = np.full((size, width), pad, np.int32)
    weights = np.zeros((size, width), np.float32)
    rows[keys, position] = values.to_numpy()
    weights[keys, position] = scores.to_numpy()
    return rows, weights
