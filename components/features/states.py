"""Writes the state of the shop as of a day: Parquet tables computed from the purchases before that day.

The folder of a day holds `article_state`, `article_rebuys`, `customer_state`, `history`, `recent`, `together_basket`,
`together_month`, `popular`, `popular_in_department`, `popular_in_section` and `same_product` (each `.parquet`, columns
as in the SQL file), `next_basket` (see `next_basket.py`), `article_outlook` (see `outlook.py`), `needs`, `need_groups`
and `need_neighbours` (see `needs.py`), and the tables `look_*` (see `looks.py`) if the state is served. The folder
above it holds what does not depend on the day: `articles.parquet` and `customers.parquet`, the raw tables sorted by id,
with row numbers.
"""

import concurrent.futures
import functools
import pathlib
from collections.abc import Callable, Sequence

import pyarrow as pa
from threadpoolctl import threadpool_limits

from components.features.article_weeks import ArticleWeeks, read_article_weeks, read_product_types
from components.features.config import FeaturesConfig
from components.features.engine import Engine
from components.features.look_catalogue import read_catalogue
from components.features.look_sales import read_sales
from components.features.looks import Looks
from components.features.needs import Needs, read_groups
from components.features.next_basket import NextBasket
from components.features.outlook import outlook
from components.features.purchases import read_purchases
from transforms import columns
from transforms.content import CONTENT_FILE
from transforms.features import OWNERSHIP_DECAY, REBUY_WEEKS
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
    for name in ("article_rows", "customer_rows", "purchases", "article_days", "baskets"):
        engine.materialise(name)
    to.mkdir(parents=True, exist_ok=True)
    for query, file, key in (
        ("article_rows", ARTICLES_FILE, columns.ARTICLE_ID),
        ("customer_rows", CUSTOMERS_FILE, columns.CUSTOMER_ID),
    ):
        engine.write(query, to / file)
        require_lines(key, pq.read_table(to / file, columns=[key])[key])


class StateWriter:
    """Writes the states of several days. Creates what they share: `purchase_pairs`, `rebuys`, next basket and needs.

    Args:
        engine: engine after `prepare`.
        days: day numbers of the states, ascending, whole weeks apart.
        config: lengths, windows and limits.
        label_days: length of a week, in days.
    """

    def __init__(self, engine: Engine, days: Sequence[int], config: FeaturesConfig, label_days: int):
        self._engine, self._config, self._label_days = engine, config, label_days
        engine.materialise("numbered_purchases", first_as_of=days[0], window_days=config.together_window_days)
        engine.materialise(
            "purchase_pairs", span_days=MONTH_SPAN_DAYS, purchases_per_customer=config.lines_per_customer
        )
        engine.materialise(
            "rebuys",
            first_day=days[0] - REBUY_WEEKS[-1] * label_days,
            end=days[-1],
            label_days=label_days,
            ownership_decay=OWNERSHIP_DECAY,
        )
        self._purchases = read_purchases(engine)
        self._types = read_product_types(engine)
        self._next_basket = NextBasket(self._purchases, days, config, label_days)
        self._needs = Needs(self._purchases, read_groups(engine), days, config, label_days)
        self._looks: Looks | None = None

    def write(
        self,
        as_of: int,
        to: pathlib.Path,
        on_table: Callable[[float], None] = lambda share: None,
        *,
        until: int | None = None,
        looks: bool = True,
    ) -> pathlib.Path:
        """Writes the state as of a day. It depends only on purchases dated before that day.

        Args:
            as_of: one of the days, later than the one written before.
            to: folder of the states.
            on_table: called after each table with the share of tables written, in (0, 1].
            until: day number, or None. If given, the state describes only customers who bought on or after `as_of` and
                before this day, because a past week is only asked for its buyers. Other customers have no purchases in
                it.
            looks: whether to write the tables of looks, which only a served state needs. They read the content vectors
                in `to`.

        Returns:
            The folder `to/YYYY-MM-DD`.
        """
        folder = state_folder(to, as_of)
        folder.mkdir(parents=True, exist_ok=True)
        engine, config = self._engine, self._config
        engine.materialise("described_customers", as_of=as_of, until=as_of if until is None else until)
        limits = {"window_days": config.together_window_days, "purchases_per_customer": config.lines_per_customer}
        weeks = read_article_weeks(engine, as_of, self._label_days, self._types)
        # The regressions need no engine: they run beside its queries. BLAS has one thread, because threads that wait
        # for a busy processor take longer than small products.
        with concurrent.futures.ThreadPoolExecutor(1) as beside, threadpool_limits(1, "blas"):
            fitting = beside.submit(self._fitted, as_of, weeks)
            for name in ("purchase_cutoffs", "article_buyers", "article_pairs"):
                engine.materialise(name, as_of=as_of, **limits)
            queries = self._queries(as_of)
            for number, (table, (name, parameters)) in enumerate(queries.items(), 1):
                engine.write(name, folder / f"{table}.parquet", **parameters)
                on_table(number / (len(queries) + 1))
            of_looks = self._look_tables(as_of, to / CONTENT_FILE) if looks else {}
            fitted = fitting.result() | of_looks
        for table, values in fitted.items():
            pq.write_table(values, folder / f"{table}.parquet")
        on_table(1.0)
        return folder

    def _fitted(self, as_of: int, weeks: ArticleWeeks) -> dict[str, pa.Table]:
        """The tables that regressions make, by name."""
        self._next_basket.learn(as_of)
        return {
            "next_basket": self._next_basket.neighbours(as_of, self._config.next_basket_neighbours),
            "article_outlook": outlook(weeks),
            **self._needs.tables(as_of),
        }

    def _look_tables(self, as_of: int, vectors: pathlib.Path) -> dict[str, pa.Table]:
        """The tables of looks, by name."""
        if self._looks is None:
            catalogue = read_catalogue(self._engine, vectors)
            sales = functools.partial(read_sales, self._engine, catalogue.size)
            self._looks = Looks(self._purchases, catalogue, sales, self._config, self._label_days)
        return self._looks.tables(as_of)

    def _queries(self, as_of: int) -> dict[str, tuple[str, dict[str, float]]]:
        """The query and its parameters by table."""
        config = self._config
        popular: dict[str, float] = {
            "as_of": as_of,
            "window_days": config.popular_window_days,
            "popular_length": config.popular_length,
        }
        together = {"shrinkage": config.together_shrinkage, "neighbours": config.neighbours}
        return {
            "article_state": ("article_state", {"as_of": as_of}),
            "article_rebuys": ("article_rebuys", {"as_of": as_of, "label_days": self._label_days}),
            "customer_state": ("customer_state", {"as_of": as_of}),
            "history": (
                "history",
                {
                    "as_of": as_of,
                    "history_length": config.history_length,
                    "half_life_days": config.half_life_days,
                    "ownership_decay": OWNERSHIP_DECAY,
                },
            ),
            "recent": ("recent", {"as_of": as_of, "recent_length": config.recent_length}),
            "together_basket": ("bought_together", {**together, "same_day": 1}),
            "together_month": ("bought_together", {**together, "same_day": 0}),
            **{name: (name, popular) for name in ("popular", "popular_in_department", "popular_in_section")},
            "same_product": ("same_product", {"as_of": as_of, "variants": config.variants}),
        }
