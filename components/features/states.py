"""The state of the shop as of a day: point-in-time tables, written as Parquet.

A state folder holds `articles`, `customers`, `history`, `recent`, `together_basket`, `together_month`,
`popular` and `same_product` (each `.parquet`, columns as in the SQL file); the folder above it holds what
does not depend on the day: `catalogue.parquet` and `people.parquet`, the raw tables sorted by id.
"""

import pathlib
from collections.abc import Callable

from components.features.config import FeaturesConfig
from components.features.engine import Engine
from transforms import columns
from transforms.ids import require_lines
from transforms.parquet import pq
from transforms.state_files import CATALOGUE, PEOPLE, state_folder

MONTH_SPAN_DAYS = 28


def prepare(engine: Engine, tables: pathlib.Path, to: pathlib.Path) -> None:
    """Loads the ingested tables into the engine and writes the catalogue and the people.

    Args:
        engine: where the queries run.
        tables: folder with `articles`, `customers` and `transactions` as Parquet.
        to: the states folder.

    Raises:
        DataError: an id is not one line of text.
    """
    for name in columns.TABLES:
        engine.view(name, tables / columns.parquet_file(name))
    for name in ("article_rows", "customer_rows", "purchases", "customer_segments", "article_days"):
        engine.materialise(name)
    to.mkdir(parents=True, exist_ok=True)
    engine.write("article_rows", to / CATALOGUE)
    engine.write("people", to / PEOPLE)
    for name, key in ((CATALOGUE, columns.ARTICLE_ID), (PEOPLE, columns.CUSTOMER_ID)):
        require_lines(key, pq.read_table(to / name, columns=[key])[key])


def bring_together(engine: Engine, first_as_of: int, config: FeaturesConfig) -> None:
    """Makes, once for all states, the purchases that customers made of two articles: a state counts those of its days.

    Args:
        engine: after `prepare`.
        first_as_of: day number of the first state; those of later days may be written as well.
        config: lengths and windows.
    """
    engine.materialise("together_lines", first_as_of=first_as_of, window_days=config.together_window_days)
    engine.materialise("together", span_days=MONTH_SPAN_DAYS, lines_per_customer=config.lines_per_customer)


def write_state(
    engine: Engine,
    as_of: int,
    to: pathlib.Path,
    config: FeaturesConfig,
    on_table: Callable[[float], None] = lambda share: None,
    *,
    until: int | None = None,
) -> pathlib.Path:
    """Writes the state as of a day; what it tells is of purchases dated before that day and of nothing else.

    Args:
        engine: after `bring_together` for a day that is not later.
        as_of: day number; purchases of this day and later are not seen.
        to: the states folder.
        config: lengths and windows.
        on_table: told after each table which share of them is written.
        until: where given, of the customers only those are described who bought from the day on and before this one:
            the state of a week that is past is asked for nobody else. The others look as if they had never bought.

    Returns:
        The folder `to/YYYY-MM-DD`.
    """
    folder = state_folder(to, as_of)
    folder.mkdir(parents=True, exist_ok=True)
    engine.materialise("state_customers", as_of=as_of, until=as_of if until is None else until)
    lines = {"window_days": config.together_window_days, "lines_per_customer": config.lines_per_customer}
    for name in ("together_cut", "together_buyers", "together_pairs"):
        engine.materialise(name, as_of=as_of, **lines)
    together = {"shrinkage": config.together_shrinkage, "neighbours": config.neighbours}
    queries: dict[str, tuple[str, dict[str, float]]] = {
        "articles": ("article_state", {"as_of": as_of}),
        "customers": ("customer_state", {"as_of": as_of}),
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
