"""Recommendations of one version for one customer, as a page shows them."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from console.models import Models
from console.shop import Row, ShopTables
from serving.client import Recommendations
from serving.client.reason_texts import ReasonTexts, subject_ids


@dataclasses.dataclass(frozen=True)
class Question:
    """What is asked of the model.

    Attributes:
        customer_id: id of the customer.
        recent: articles just looked at.
        excluded: articles to leave out.
        group: product group that all articles must have; "" for any.
        age: age in years; None for that of the state.
        club: club status; "" for that of the state.
        k: number of articles.
    """

    customer_id: str
    recent: Sequence[str]
    excluded: Sequence[str]
    group: str
    age: int | None
    club: str
    k: int


@dataclasses.dataclass(frozen=True)
class Card:
    """A recommended article.

    Attributes:
        rank: place, from 1.
        row: the article.
        score: score of the model.
        reasons: texts of the reasons.
        move: places that it is higher than in the other version; None if there is no other or it lacks the article.
        is_new: whether there is another version, and it lacks the article.
        bought: whether the customer bought it on or after the day of the version's state.
    """

    rank: int
    row: Row
    score: float
    reasons: tuple[str, ...]
    move: int | None
    is_new: bool
    bought: bool


@dataclasses.dataclass(frozen=True)
class Column:
    """The answer of one version.

    Attributes:
        version: number of the version; None without an answer.
        as_of: day of its state; None if it is unknown.
        cards: recommended articles, best first.
        problem: why there is no answer; "" with one.
    """

    version: int | None
    as_of: datetime.date | None
    cards: tuple[Card, ...]
    problem: str


def ask(models: Models, question: Question, version: int | None) -> tuple[Recommendations | None, str]:
    """Asks a version, and returns the answer or the reason why there is none.

    Args:
        models: the model server.
        question: what is asked.
        version: number of the version; None for the newest.
    """
    answer = models.ask(
        lambda client: client.recommend(
            [question.customer_id],
            recent_article_ids=[question.recent],
            exclude_article_ids=[question.excluded],
            allow=[[f"product_group_name={question.group}"] if question.group else []],
            age=[question.age],
            club_member_status=[question.club or None],
            k=question.k,
            reasons=True,
        )[0],
        version,
    )
    return answer.value, answer.problem


def column(
    tables: ShopTables,
    answer: Recommendations | None,
    problem: str,
    *,
    texts: ReasonTexts,
    other: Recommendations | None,
    as_of: datetime.date | None,
    bought: Mapping[str, datetime.date],
) -> Column:
    """Describes an answer.

    Args:
        tables: tables of the shop.
        answer: the answer; None without one.
        problem: why there is none.
        texts: texts of the reasons.
        other: answer of the version to compare with; None for no comparison.
        as_of: day of the version's state.
        bought: last day on which the customer bought an article, by id.
    """
    if answer is None:
        return Column(None, as_of, (), problem)
    places = {each.article_id: place for place, each in enumerate(other.articles if other else (), 1)}
    rows = tables.described([each.article_id for each in answer.articles])
    names = {row["article_id"]: row["prod_name"] for row in tables.described(subject_ids(answer.articles))}
    cards = []
    for rank, (each, row) in enumerate(zip(answer.articles, rows, strict=True), 1):
        before = places.get(each.article_id)
        cards.append(
            Card(
                rank=rank,
                row=row,
                score=each.score,
                reasons=tuple(texts.text(reason, names) for reason in each.reasons),
                move=None if before is None else before - rank,
                is_new=other is not None and before is None,
                bought=as_of is not None and each.article_id in bought and bought[each.article_id] >= as_of,
            )
        )
    return Column(answer.model_version, as_of, tuple(cards), "")
