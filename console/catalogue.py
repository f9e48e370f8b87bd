"""Searches the articles: words, facets, order and pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from console.shop import Row, ShopTables

PAGE_SIZE = 48
MAX_PAGE = 10_000
MAX_FACET_VALUES = 40
FACETS = {
    "index_group_name": "Group",
    "product_group_name": "Product group",
    "product_type_name": "Product type",
    "colour_group_name": "Colour",
    "graphical_appearance_name": "Pattern",
}
ORDERS = {
    "best": ("Best sellers", "purchases_7d desc nulls last, purchases desc nulls last, article_id"),
    "new": ("New arrivals", "first_day desc nulls last, article_id"),
    "name": ("Name", "prod_name nulls last, article_id"),
    "unsold": ("Longest unsold", "last_day asc nulls first, article_id"),
}
_MAX_WORDS = 12


@dataclasses.dataclass(frozen=True)
class FacetValue:
    """A value of a facet, and the number of articles that have it under the other conditions."""

    value: str
    articles: int
    chosen: bool


@dataclasses.dataclass(frozen=True)
class Facet:
    """A column to choose values of.

    Attributes:
        column: name of the column.
        title: heading.
        values: most frequent first, at most `MAX_FACET_VALUES`.
        chosen: the chosen value, or "".
    """

    column: str
    title: str
    values: tuple[FacetValue, ...]
    chosen: str


@dataclasses.dataclass(frozen=True)
class Found:
    """One page of a search.

    Attributes:
        articles: articles of the page.
        total: number of all articles found.
        page: number of the page, from 1.
        pages: number of pages, at least 1.
        facets: facets with their numbers.
    """

    articles: tuple[Row, ...]
    total: int
    page: int
    pages: int
    facets: tuple[Facet, ...]


def search(
    tables: ShopTables,
    text: str,
    chosen: Mapping[str, str],
    order: str,
    page: int,
    left_out: Collection[str] | None = None,
) -> Found:
    """Finds articles with all words of a text, in any column, anywhere in a word.

    Args:
        tables: tables of the shop.
        text: words; case and accents make no difference.
        chosen: value by column of `FACETS`; "" for no condition.
        order: a key of `ORDERS`.
        page: number of the page, from 1; a number that is too high gives the last page.
        left_out: ids of articles that are not looked for; None for no condition.
    """
    words = text.split()[:_MAX_WORDS]
    conditions = {column: value for column, value in chosen.items() if value}
    missing = None if left_out is None else list(left_out)
    total, facets = _count(tables, words, conditions, missing)
    pages = max(-(-total // PAGE_SIZE), 1)
    page = min(page, pages)
    where, values = _where(words, conditions, missing)
    articles = tables.rows(
        f"select * exclude (search_text) from articles where {where} order by {ORDERS[order][1]} limit ? offset ?",
        [*values, PAGE_SIZE, (page - 1) * PAGE_SIZE],
    )
    return Found(tuple(articles), total, page, pages, facets)


def first_articles(tables: ShopTables, order: str, count: int) -> list[Row]:
    """The first articles of an order.

    Args:
        tables: tables of the shop.
        order: a key of `ORDERS`.
        count: number of articles.
    """
    return tables.rows(f"select * exclude (search_text) from articles order by {ORDERS[order][1]} limit ?", [count])


def _where(words: list[str], conditions: Mapping[str, str], left_out: list[str] | None) -> tuple[str, list[Any]]:
    parts = ["contains(search_text, lower(strip_accents(?)))"] * len(words)
    parts += [f"{column} = ?" for column in conditions]
    values: list[Any] = [*words, *conditions.values()]
    if left_out is not None:
        parts.append("article_id not in (select unnest(?::varchar[]))")
        values.append(left_out)
    return " and ".join(parts) or "true", values


def _count(
    tables: ShopTables, words: list[str], conditions: Mapping[str, str], left_out: list[str] | None
) -> tuple[int, tuple[Facet, ...]]:
    """The number of articles, and the facets, each under the other conditions; the words are looked for once."""
    where, values = _where(words, {}, left_out)
    chosen = " and ".join(f"{column} = ?" for column in conditions) or "true"
    queries = [f"select '' as facet, null as v, count(*) as n from found where {chosen}"]
    values += conditions.values()
    for column in FACETS:
        others = [name for name in conditions if name != column]
        rule = " and ".join([f"coalesce({column}, '') <> ''", *(f"{name} = ?" for name in others)])
        queries.append(
            f"(select '{column}' as facet, {column} as v, count(*) as n from found where {rule} group by v"
            f" order by v = ? desc, n desc, v limit {MAX_FACET_VALUES})"
        )
        values += [*(conditions[name] for name in others), conditions.get(column, "")]
    found = f"select {', '.join(FACETS)} from articles where {where}"
    rows = tables.rows(f"with found as materialized ({found}) {' union all '.join(queries)}", values)
    facets = []
    for column, title in FACETS.items():
        value = conditions.get(column, "")
        # The parts of a union have no order.
        counts = sorted((-row["n"], row["v"]) for row in rows if row["facet"] == column)
        found_values = [FacetValue(name, -negative, name == value) for negative, name in counts]
        counted = tuple(sorted(found_values, key=lambda each: not each.chosen))
        facets.append(Facet(column, title, counted, value))
    return next(row["n"] for row in rows if row["facet"] == ""), tuple(facets)
