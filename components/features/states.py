"""Writes the state of the shop as of a day: Parquet tables computed from the purchases before that day.

The folder of a day holds `article_state`, `customer_state`, `history`, `recent`, `together_basket`, `together_month`,
`popular` and `same_product` (each `.parquet`, columns as in the SQL file). The folder above it holds what does not
depend on the day: `articles.parquet` and `customers.parquet`, the raw tables sorted by id, with row numbers.
"""

import pathlib
from collections.abc import Callable

from components.features.config import FeaturesConfig
from components.features.engine import Engine
from transforms import columns
from transforms.ids import require_lines
from transforms.parquet import pq
from transforms.state_files import ARTICLES_FILE, CUSTOMERS_FILE, state_folder

MONTH_SPAN_DAYS = 28


def prepare(engine: Engine, tables: pathlib.Path, to: pathlib.Path) -> None:
    """Loads the ingested tables into the engine and writes `articles.parquet` and `customers.parquet`.

    Args:
        engine: engine that runs the queries.
        tables: folder with `articles`, `customers` and `transactions` as Parquet.
        to: folder of the states.

    Raises:
        DataError: an id is not one line of text.
    """
    for name in columns.TABLES:
        engine.view(name, tables / columns.parquet_file(name))
    for name in ("article_rows", "customer_rows", "purchases", "article_days"):
        engine.materialise(name)
    to.mkdir(parents=True, exist_ok=True)
    for query, file, key in (
        ("article_rows", ARTICLES_FILE, columns.ARTICLE_ID),
        ("customer_rows", CUSTOMERS_FILE, columns.CUSTOMER_ID),
    ):
        engine.write(query, to / file)
        require_lines(key, pq.read_table(to / file, columns=[key])[key])


def build_purchase_pairs(engine: Engine, first_as_of: int, config: FeaturesConfig) -> None:
    """Creates the table `purchase_pairs`, from which every state counts the pairs of its days.

    Args:
        engine: engine after `prepare`.
        first_as_of: day number of the earliest state to write.
        config: windows and limits.
    """
    engine.materialise("numbered_purchases", first_as_of=first_as_of, window_days=config.together_window_days)
    engine.materialise("purchase_pairs", span_days=MONTH_SPAN_DAYS, purchases_per_customer=config.lines_per_customer)


def write_state(
    engine: Engine,
    as_of: int,
    to: pathlib.Path,
    config: FeaturesConfig,
    on_table: Callable[[float], None] = lambda share: None,
    *,
    until: int | None = None,
) -> pathlib.Path:
    """Writes the state as of a day. It depends only on purchases dated before that day.

    Args:
        engine: engine after `build_purchase_pairs` for this day or an earlier one.
        as_of: day number.
        to: folder of the states.
        config: lengths and windows.
        on_table: called after each table with the share of tables written, in (0, 1].
        until: day number, or None. If given, the state describes only customers who bought on or after `as_of` and
            before this day, because a past week is only asked for its buyers. Other customers have no purchases in it.

    Returns:
        The folder `to/YYYY-MM-DD`.
    """
    folder = state_folder(to, as_of)
    folder.mkdir(parents=True, exist_ok=True)
    engine.materialise("described_customers", as_of=as_of, until=as_of if until is None else until)
    limits = {"window_days": config.together_window_days, "purchases_per_customer": config.lines_per_customer}
    for name in ("purchase_cutoffs", "article_buyers", "article_pairs"):
        engine.materialise(name, as_of=as_of, **limits)
    together = {"shrinkage": config.together_shrinkage, "neighbours": config.neighbours}
    queries: dict[str, tuple[str, dict[str, float]]] = {
        "article_state": ("article_state", {"as_of": as_of}),
        "customer_state": ("customer_state", {"as_of": as_of}),
        "history": (
            "history",
            {
                "as_of": as_of,
                "history_length": config.history_length,
                "half_life_days": config.half_life_days,
            },
        ),
        "recent": ("recent", {"as_of": as_of, "recent_length": config.recent_length}),
        "together_basket": ("bought_together", {**together, "same_day": 1}),
        "together_month": ("bought_together", {**together, "same_day": 0}),
        "popular": (
            "popular",
            {
                "as_of": as_of,
                "window_days": config.popular_window_days,
                "popular_length": config.popular_length,
            },
        ),
        "same_product": ("same_product", {"as_of": as_of, "variants": config.variants}),
    }
    for number, (table, (name, parameters)) in enumerate(queries.items(), 1):
        engine.write(name, folder / f"{table}.parquet", **parameters)
        on_table(number / len(queries))
    return folder
