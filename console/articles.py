"""What the tables say of one article: its sales by week, and what is bought with it."""

from __future__ import annotations

import dataclasses
import datetime

from console.shop import Row, ShopTables
from transforms.columns import ARTICLE_ID
from transforms.state_files import ARTICLES_FILE

MAX_WEEKS = 104
_WEEK = datetime.timedelta(days=7)
NEIGHBOURS = 12
NEW_DAYS, UNSOLD_DAYS = 28, 28
AGEING_WEEKS = 4.0


@dataclasses.dataclass(frozen=True)
class Week:
    """Units sold in the seven days from `first`."""

    first: datetime.date
    units: int


@dataclasses.dataclass(frozen=True)
class LifeStage:
    """Where an article is in its life: a word, and why."""

    name: str
    reason: str


def life_stage(
    first_day: datetime.date | None,
    last_day: datetime.date | None,
    end: datetime.date | None,
    lifetime_weeks: float | None,
) -> LifeStage | None:
    """Says whether an article is new, running, ageing or no longer sold; None if it was never sold.

    Args:
        first_day: day of the first sale; None if there was none.
        last_day: day of the last sale; None if there was none.
        end: last day of the data.
        lifetime_weeks: forecast of the weeks until the last sale, of the next 13; None without a forecast.
    """
    if first_day is None or last_day is None or end is None:
        return None
    unsold = (end - last_day).days
    if unsold >= UNSOLD_DAYS:
        return LifeStage("no longer sold", f"no sale in the last {unsold} days")
    if (end - first_day).days < NEW_DAYS:
        return LifeStage("new", f"first sold {(end - first_day).days} days before the end of the data")
    if lifetime_weeks is not None and lifetime_weeks < AGEING_WEEKS:
        return LifeStage("ageing", f"its last sale is expected within {lifetime_weeks:.1f} weeks")
    if lifetime_weeks is not None:
        return LifeStage("running", f"expected to be sold for {lifetime_weeks:.1f} of the next 13 weeks")
    return LifeStage("running", f"sold in the last {UNSOLD_DAYS} days")


def sales_by_week(tables: ShopTables, article_id: str) -> list[Week]:
    """Units of an article in each week that ends with the data, from its first sale; at most `MAX_WEEKS`.

    Args:
        tables: tables of the shop.
        article_id: id of the article.
    """
    if tables.last_day is None:
        return []
    rows = tables.rows(f"select age, units from prepared.weeks where {ARTICLE_ID} = ?", [article_id])
    units = {row["age"]: row["units"] for row in rows}
    last = tables.last_day - _WEEK + datetime.timedelta(days=1)
    ages = range(min(max(units, default=-1), MAX_WEEKS - 1), -1, -1)
    return [Week(last - age * _WEEK, units.get(age, 0)) for age in ages]


def neighbours(tables: ShopTables, table: str, article_row: int | None) -> list[Row]:
    """Neighbours of an article in a table of the newest state, best first, as articles.

    Args:
        tables: tables of the shop.
        table: `together_basket` or `same_product`.
        article_row: row of the article in the states; None for an article that they lack.
    """
    file, rows_file = tables.state_file(table), tables.states_file(ARTICLES_FILE)
    if article_row is None or file is None or rows_file is None:
        return []
    rows = tables.rows(
        f"select r.{ARTICLE_ID} from read_parquet(?) as n join read_parquet(?) as r on r.article_row = n.neighbour_row"
        f" where n.article_row = ? order by n.score desc, r.{ARTICLE_ID} limit ?",
        [file, rows_file, article_row, NEIGHBOURS],
    )
    ids = [row[ARTICLE_ID] for row in rows]
    known = tables.by_id(ids)
    return [known[article_id] for article_id in ids if article_id in known]
