"""Section Customers: cases with photos of last purchases, of recommendations, and of what was bought then."""

from __future__ import annotations

import dataclasses
import datetime

from pages import formats
from pages.blocks import Block, Card, Heading, Shelf
from pages.report.article import ArticleFacts
from pages.section import Section

_MAX_CASES, _MAX_LAST, _MAX_RECOMMENDED, _MAX_BOUGHT = 8, 6, 12, 12
_ID = 12  # characters
# Values of slices in words, with `{}` for the value; an unknown one keeps its name.
_WORDS = {
    "age_group": "age {}",
    "club_member_status": "club: {}",
    "activity": "{} purchases in 30 days",
    "standing": "{}",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class LastPurchase:
    """A purchase before the test week."""

    article: ArticleFacts
    day: datetime.date


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recommended:
    """A recommended article.

    Attributes:
        article: the article.
        reasons: texts of the reasons, the one with the largest effect on the score first.
        is_bought: whether the customer bought it in the test week.
    """

    article: ArticleFacts
    reasons: tuple[str, ...]
    is_bought: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """A customer.

    Attributes:
        customer_id: id.
        drawn_from: slice that the customer was drawn from.
        slices: values by feature of the slices.
        last: last purchases before the test week, the newest first.
        recommended: recommendations, best first.
        num_bought: number of distinct articles bought in the test week.
        bought: these articles, or the first of them.
    """

    customer_id: str
    drawn_from: str
    slices: dict[str, str]
    last: tuple[LastPurchase, ...]
    recommended: tuple[Recommended, ...]
    num_bought: int
    bought: tuple[ArticleFacts, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class CasesFacts:
    """Facts of the section.

    Attributes:
        as_of: first day of the test week.
        customers: number of customers of the test week.
        cases: chosen customers.
    """

    as_of: datetime.date
    customers: int
    cases: tuple[CaseFacts, ...]


def section(facts: CasesFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    shown = facts.cases[:_MAX_CASES]
    illustrated = any(article.photo for case in shown for article in _articles(case))
    blocks: list[Block] = []
    for number, case in enumerate(shown, 1):
        blocks += _case(number, case, illustrated)
    lead = (
        f"{len(shown)} of the {formats.count(facts.customers)} customers who bought in the test week, drawn by "
        "the seed of the run from the slices in turn, not picked. The model knew what was bought before "
        f"{formats.date(facts.as_of)}."
    )
    return Section("cases", "Customers", lead, tuple(blocks))


def _case(number: int, case: CaseFacts, illustrated: bool) -> list[Block]:
    ranks = {each.article.article_id: rank for rank, each in enumerate(case.recommended, 1)}
    hits = sum(each.is_bought for each in case.recommended)
    last = tuple(_card(each.article, lines=(formats.date(each.day),)) for each in case.last[:_MAX_LAST])
    recommended = tuple(
        _card(
            each.article,
            rank=str(rank),
            badge="bought" if each.is_bought else "",
            lines=tuple(formats.text(reason) for reason in each.reasons),
        )
        for rank, each in enumerate(case.recommended[:_MAX_RECOMMENDED], 1)
    )
    bought = tuple(
        _card(article, badge=f"at place {ranks[article.article_id]}" if article.article_id in ranks else "")
        for article in case.bought[:_MAX_BOUGHT]
    )
    left = case.num_bought - len(bought)
    summary = f"{hits} of {case.num_bought} purchases were among the {len(case.recommended)} recommendations."
    return [
        Heading(f"{number}. Customer {_short(case.customer_id)}", f"{_described(case)}. {summary}"),
        Shelf(title="Bought last", cards=last, illustrated=illustrated, note="" if last else "Nothing before."),
        Shelf(title="Recommended", cards=recommended, illustrated=illustrated),
        Shelf(
            title="Bought in the test week",
            cards=bought,
            illustrated=illustrated,
            note=f"{left} more are not shown." if left > 0 else "",
        ),
    ]


def _articles(case: CaseFacts) -> list[ArticleFacts]:
    return [*(each.article for each in case.last), *(each.article for each in case.recommended), *case.bought]


def _card(article: ArticleFacts, *, rank: str = "", badge: str = "", lines: tuple[str, ...] = ()) -> Card:
    return Card(
        title=article.title,
        kind=article.kind,
        photo=article.photo,
        rank=rank,
        badge=badge,
        lines=tuple(filter(None, (article.look, *lines))),
    )


def _described(case: CaseFacts) -> str:
    """The values of the slices, such as `Age 25 to 34, club: active, no purchases in 30 days, returning`."""
    words = [
        _WORDS.get(name, f"{name.replace('_', ' ')} {{}}").format(_value(value)) for name, value in case.slices.items()
    ]
    drawn = case.drawn_from.partition("=")[0].replace("_", " ")
    text = formats.text(", ".join(words))
    return f"{text[:1].upper()}{text[1:]}; drawn by {formats.text(drawn)}"


def _value(value: str) -> str:
    return "no" if value == "none" else value.lower()


def _short(customer_id: str) -> str:
    return formats.text(customer_id if len(customer_id) <= _ID + 1 else f"{customer_id[:_ID]}…")
