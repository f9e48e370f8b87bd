"""What the tables say of customers: search by the beginning of the id, slices, and the purchases of one customer."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import itertools
from typing import Any

from console.shop import Row, ShopTables
from transforms.columns import AGE, ARTICLE_ID, CLUB_STATUS, CUSTOMER_ID

PAGE_SIZE = 50
MAX_PURCHASES = 400
AGE_GROUPS = ("below 25", "25 to 34", "35 to 49", "50 and older", "unknown")
_LAST_CHARACTER = chr(0x10FFFF)
ACTIVITIES = ("none", "few", "many")
# As in transforms/sql/judged_customers.sql.
AGE_GROUP_SQL = f"""case when {AGE} is null then 'unknown' when {AGE} < 25 then 'below 25'
    when {AGE} < 35 then '25 to 34' when {AGE} < 50 then '35 to 49' else '50 and older' end"""
_ACTIVITY = "case when coalesce(units_30d, 0) = 0 then 'none' when units_30d < 5 then 'few' else 'many' end"
_CLUB = f"coalesce({CLUB_STATUS}, 'unknown')"


@dataclasses.dataclass(frozen=True)
class CustomerSlice:
    """Conditions on customers; "" is no condition.

    Attributes:
        prefix: beginning of the id.
        age_group: one of `AGE_GROUPS`.
        club: club status.
        activity: one of `ACTIVITIES`: units in the 30 days before the newest state, none, below 5, or more.
    """

    prefix: str = ""
    age_group: str = ""
    club: str = ""
    activity: str = ""


@dataclasses.dataclass(frozen=True)
class Day:
    """Purchases of a day: an article with its units and mean price each."""

    day: datetime.date
    purchases: tuple[Row, ...]


def find_customers(tables: ShopTables, wanted: CustomerSlice) -> tuple[list[Row], bool]:
    """The first customers of a slice by id, and whether there are more.

    Args:
        tables: tables of the shop.
        wanted: the slice.
    """
    query, values = _selection(wanted)
    rows = tables.rows(f"{query} order by {CUSTOMER_ID} limit ?", [*values, PAGE_SIZE + 1])
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE


def random_customer(tables: ShopTables, wanted: CustomerSlice) -> str | None:
    """The id of a random customer of a slice; None if it is empty.

    Args:
        tables: tables of the shop.
        wanted: the slice.
    """
    query, values = _selection(wanted)
    rows = tables.rows(f"select {CUSTOMER_ID} from ({query}) using sample reservoir(1 rows)", values)
    return rows[0][CUSTOMER_ID] if rows else None


def customer_of(tables: ShopTables, customer_id: str) -> Row | None:
    """The row of a customer; None for an unknown one.

    Args:
        tables: tables of the shop.
        customer_id: id of the customer.
    """
    rows = tables.rows(f"select * from prepared.customers where {CUSTOMER_ID} = ?", [customer_id])
    return rows[0] if rows else None


@functools.lru_cache(maxsize=2)
def club_statuses(tables: ShopTables) -> list[str]:
    """The values of the club status, most frequent first; read once for the tables of a run.

    Args:
        tables: tables of the shop.
    """
    rows = tables.rows(f"select {_CLUB} as v from prepared.customers group by v order by count(*) desc, v limit 20")
    return [row["v"] for row in rows]


def product_groups(tables: ShopTables) -> list[str]:
    """The product groups of the catalogue, by name; read once for the tables of a run.

    Args:
        tables: tables of the shop.
    """
    rows = tables.rows(
        "select distinct product_group_name as v from articles where product_group_name <> '' order by v limit 200"
    )
    return [row["v"] for row in rows]


def purchases(tables: ShopTables, customer: Row | None) -> list[Day]:
    """The newest `MAX_PURCHASES` purchases of a customer by day, newest first.

    Args:
        tables: tables of the shop.
        customer: from `customer_of`.
    """
    if customer is None:
        return []
    rows = tables.rows(
        f"select day, {ARTICLE_ID}, count(*) as units, avg(price) as price from prepared.purchases"
        f" where customer_row = ? group by day, {ARTICLE_ID} order by day desc, {ARTICLE_ID} limit ?",
        [customer["customer_row"], MAX_PURCHASES],
    )
    return [Day(day, tuple(group)) for day, group in itertools.groupby(rows, lambda row: row["day"])]


def _selection(wanted: CustomerSlice) -> tuple[str, list[Any]]:
    """A query of the customers of a slice, with its values."""
    conditions, values = [], []
    if wanted.prefix:
        # A range, because DuckDB skips the parts of a sorted table that lie outside of it.
        conditions.append(f"{CUSTOMER_ID} between ? and ? and starts_with({CUSTOMER_ID}, ?)")
        values += [wanted.prefix, wanted.prefix + _LAST_CHARACTER, wanted.prefix]
    for condition, value in ((AGE_GROUP_SQL, wanted.age_group), (_CLUB, wanted.club), (_ACTIVITY, wanted.activity)):
        if value:
            conditions.append(f"{condition} = ?")
            values.append(value)
    columns = f"{CUSTOMER_ID}, {AGE}, {CLUB_STATUS}"
    return f"select {columns} from prepared.customers where {' and '.join(conditions) or 'true'}", values
