"""A past week of a customer: what a model that did not know it recommended, beside what was bought."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Protocol

from console.customers import Day
from console.models import Models
from console.recommended import Question, ask
from console.shop import Row, ShopTables

K = 12
_WEEK = datetime.timedelta(days=7)


class PastModel(Protocol):
    """A model whose state is older than the data; `console.judged_model.JudgedModel` is one."""

    @property
    def models(self) -> Models:
        """Its server."""

    def as_of(self) -> datetime.date | None:
        """Day of its state; None if there is no such model."""


@dataclasses.dataclass(frozen=True)
class PastCard:
    """An article that was recommended or bought.

    Attributes:
        row: the article.
        rank: its place among the recommended; None if it was not recommended.
        bought: whether it was bought in the week.
    """

    row: Row
    rank: int | None
    bought: bool


@dataclasses.dataclass(frozen=True)
class PastWeek:
    """A week.

    Attributes:
        first: first day.
        last: last day.
        recommended: recommended articles, best first.
        bought: bought articles, in the order of the days.
        problem: why nothing is recommended; "" with an answer.
    """

    first: datetime.date
    last: datetime.date
    recommended: tuple[PastCard, ...]
    bought: tuple[PastCard, ...]
    problem: str

    @property
    def hits(self) -> int:
        """Number of recommended articles that were bought."""
        return sum(card.bought for card in self.recommended)


def past_week(tables: ShopTables, model: PastModel | None, customer_id: str, days: Sequence[Day]) -> PastWeek | None:
    """Asks a model that does not know the last week of the data; None if there is none.

    Args:
        tables: tables of the shop.
        model: the model; None if there is none.
        customer_id: id of the customer.
        days: purchases of the customer, newest first.
    """
    first = None if model is None else model.as_of()
    if model is None or first is None or tables.last_day is None or first > tables.last_day:
        return None
    last = min(first + _WEEK - datetime.timedelta(days=1), tables.last_day)
    inside = [row["article_id"] for day in reversed(days) if first <= day.day <= last for row in day.purchases]
    bought = list(dict.fromkeys(inside))
    answer, problem = ask(model.models, Question(customer_id, (), (), "", None, "", K), None)
    recommended = [] if answer is None else [each.article_id for each in answer.articles]
    ranks = {article_id: rank for rank, article_id in enumerate(recommended, 1)}
    rows = {row["article_id"]: row for row in tables.described([*recommended, *bought])}
    return PastWeek(
        first=first,
        last=last,
        recommended=tuple(PastCard(rows[each], ranks[each], each in bought) for each in recommended),
        bought=tuple(PastCard(rows[each], ranks.get(each), True) for each in bought),
        problem=problem,
    )
