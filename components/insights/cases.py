"""Customers as cases: their last purchases, what the model recommended, and what they bought in the test week."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components.insights.answers import Answers
from components.insights.judged import JudgedCustomers
from components.insights.shop_articles import ShopArticles
from models.rankings import RECOMMENDED
from models.recommender.recommender import Recommender
from transforms.calendar import date_of
from transforms.columns import PRODUCT_NAME

MAX_LAST, MAX_BOUGHT = 12, 24


def cases(
    chosen: Sequence[tuple[int, str]],
    customers: JudgedCustomers,
    customer_rows: Sequence[int],
    answers: Answers,
    articles: ShopArticles,
    recommender: Recommender,
) -> dict[str, Any]:
    """Describes customers with their articles.

    Args:
        chosen: positions of the customers, each with the slice that it was drawn from.
        customers: customers of the test week.
        customer_rows: row of each chosen customer in the state.
        answers: rankings of the chosen customers, in their order.
        articles: articles of the state.
        recommender: the judged recommender.

    Returns:
        A tree for JSON: day of the state, number of customers, and the cases. Of last purchases the newest come first,
        at most `MAX_LAST`; of purchases of the test week at most `MAX_BOUGHT` are listed.
    """
    found = []
    for place, ((position, slice_name), row) in enumerate(zip(chosen, customer_rows, strict=True)):
        bought = articles.rows_of(customers.bought[position])
        recommended = [
            {
                **articles.described(article),
                "score": float(answers.scores[place, rank]),
                "reasons": _reasons(answers, place, rank, articles),
                "bought": article in bought,
            }
            for rank, article in enumerate(answers.lists[RECOMMENDED][place].tolist())
            if article < len(articles.ids)
        ]
        found.append(
            {
                "customer_id": customers.ids[position],
                "slice": slice_name,
                "slices": {name: values[position] for name, values in customers.slices.items()},
                "last": _last_purchases(recommender, row, articles),
                "recommended": recommended,
                "num_bought": len(customers.bought[position]),
                "bought": [articles.described(article) for article in bought[:MAX_BOUGHT]],
            }
        )
    return {"as_of": date_of(int(recommender.state.as_of)), "customers": len(customers), "cases": found}


def _reasons(answers: Answers, place: int, rank: int, articles: ShopArticles) -> list[dict[str, Any]]:
    """Reasons of one recommended article; `name` is that of the article that the reason names, or ""."""
    parts = ("codes", "subjects", "counts", "days")
    columns = (answers.reasons[f"reason_{part}"][place, rank].tolist() for part in parts)
    found = []
    for code, subject, count, days in zip(*columns, strict=True):
        if code:
            name = "".join(articles.names[PRODUCT_NAME][row] for row in articles.rows_of([subject.decode()]))
            texts = {"code": code.decode(), "subject": subject.decode(), "name": name}
            found.append({**texts, "count": count, "days": days})
    return found


def _last_purchases(recommender: Recommender, row: int, articles: ShopArticles) -> list[dict[str, str]]:
    """Distinct articles of the latest purchases in the state, newest first, with their day."""
    state = recommender.state
    if row >= state.num_customers:
        return []
    start, end = (int(offset) for offset in state.recent_offsets[row : row + 2])
    days = dict[int, int]()
    for article, day in zip(
        state.recent_article_row[start:end].numpy().tolist(), state.recent_day[start:end].numpy().tolist(), strict=True
    ):
        days.setdefault(article, day)
    return [{**articles.described(article), "day": date_of(day)} for article, day in list(days.items())[:MAX_LAST]]
