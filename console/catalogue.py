"""Searches the articles: words, facets, order and pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

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


def search(tables: ShopTables, text: str, chosen: Mapping[str, str], order: str, page: int) -> Found:
    """Finds articles with all words of a text, in any column, anywhere in a word.

    Args:
        tables: tables of the shop.
        text: words; case and accents make no difference.
        chosen: value by column of `FACETS`; "" for no condition.
        order: a key of `ORDERS`.
        page: number of the page, from 1; a number that is too high gives the last page.
    """
    words = text.split()[:_MAX_WORDS]
    conditions = {column: value for column, value in chosen.items() if value}
    where, values = _where(words, conditions)
    (row,) = tables.rows(f"select count(*) as n from articles where {where}", values)
    pages = max(-(-row["n"] // PAGE_SIZE), 1)
    page = min(page, pages)
    articles = tables.rows(
        f"select * exclude (search_text) from articles where {where} order by {ORDERS[order][1]} limit ? offset ?",
        [*values, PAGE_SIZE, (page - 1) * PAGE_SIZE],
    )
    facets = tuple(_facet(tables, column, title, words, conditions) for column, title in FACETS.items())
    return Found(tuple(articles), row["n"], page, pages, facets)


def _where(words: list[str], conditions: Mapping[str, str]) -> tuple[str, list[str]]:
    parts = ["contains(search_text, lower(strip_accents(?)))"] * len(words)
    parts += [f"{column} = ?" for column in conditions]
    return " and ".join(parts) or "true", [*words, *conditions.values()]


def _facet(tables: ShopTables, column: str, title: str, words: list[str], conditions: Mapping[str, str]) -> Facet:
    others = {name: value for name, value in conditions.items() if name != column}
    where, values = _where(words, others)
    chosen = conditions.get(column, "")
    rows = tables.rows(
        f"select {column} as v, count(*) as n from articles where {where} and {column} is not null and {column} <> ''"
        f" group by {column} order by {column} = ? desc, n desc, v limit ?",
        [*values, chosen, MAX_FACET_VALUES],
    )
    return Facet(column, title, tuple(FacetValue(row["v"], row["n"], row["v"] == chosen) for row in rows), chosen)
