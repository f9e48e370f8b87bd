"""Recomputes the evidence of reasons from the raw rows of a shop, in plain Python, without the tables of a state."""

from __future__ import annotations

import collections
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from components.features.config import FeaturesConfig
from serving.client import Reason

FAVOURITE_SHARE = 0.2
_ROUNDING = 1e-4


class ReasonAudit:
    """The purchases before a day.

    Args:
        articles: rows of the articles, with their ids.
        customers: rows of the customers, with their ids; `age` is a number, a text, or missing.
        purchases: day number, customer id and article id of each transaction.
        end: day number of the state.
        config: windows and lengths of the features.
        new_arrival_days: days since the first sale in which an article is new.
    """

    def __init__(
        self,
        articles: Sequence[Mapping[str, Any]],
        customers: Sequence[Mapping[str, Any]],
        purchases: Iterable[tuple[int, str, str]],
        *,
        end: int,
        config: FeaturesConfig,
        new_arrival_days: int,
    ):
        self._articles = {row["article_id"]: row for row in articles}
        self._ages = {row["customer_id"]: float(row["age"]) if row["age"] else None for row in customers}
        self._end, self._config, self._new_arrival_days = end, config, new_arrival_days
        self._days: dict[str, dict[str, set[int]]] = collections.defaultdict(lambda: collections.defaultdict(set))
        self._buyers: dict[str, set[tuple[str, int]]] = collections.defaultdict(set)
        for day, customer, article in purchases:
            if day < end:
                self._days[customer][article].add(day)
                self._buyers[article].add((customer, day))
        self._paired: dict[str, set[tuple[str, int]]] = collections.defaultdict(set)
        for customer, bought in self._days.items():
            in_order = [(day, article) for article, days in bought.items() for day in days]
            # Of a day, the article with the lower id counts as the later purchase.
            in_order.sort(key=lambda purchase: purchase[1], reverse=True)
            in_order.sort(key=lambda purchase: purchase[0])
            for day, article in in_order[-config.lines_per_customer :]:
                self._paired[article].add((customer, day))

    def is_supported(self, customer: str, article: str, reason: Reason) -> bool:
        """Returns whether the rows support a reason with exactly this evidence.

        Args:
            customer: id of the customer.
            article: id of the recommended article.
            reason: the reason.
        """
        return bool(getattr(self, f"_{reason.code}")(customer, article, reason))

    def _bought_before(self, customer, article, reason):
        days = self._days[customer].get(article)
        return days and reason == Reason("bought_before", "", len(days), self._end - max(days))

    def _bought_together(self, customer, article, reason):
        first_day = self._end - self._config.together_window_days
        both = {who for who, day in self._paired[article] & self._paired[reason.subject] if day >= first_day}
        return reason.subject in self._days[customer] and reason.count == len(both) >= 2

    def _other_colour(self, customer, article, reason):
        one, other = self._articles[article], self._articles[reason.subject]
        colours = one["colour_group_name"], other["colour_group_name"]
        same = one["product_code"] == other["product_code"]
        return reason.subject in self._days[customer] and same and all(colours) and colours[0] != colours[1]

    def _like_bought(self, customer, article, reason):
        one, other = self._articles[article], self._articles[reason.subject]
        same_type = one["product_type_name"] == other["product_type_name"]
        return reason.subject in self._days[customer] and same_type and one["product_code"] != other["product_code"]

    def _popular_now(self, customer, article, reason):
        return reason.subject == "" and self._rank("", article) == reason.count

    def _popular_at_age(self, customer, article, reason):
        first, last = _bounds(reason.subject)
        is_of_ages = first <= self._ages[customer] <= last
        better = reason.count < (self._rank("", article) or len(self._articles) + 1)
        return is_of_ages and better and self._rank(reason.subject, article) == reason.count

    def _new_in_department(self, customer, article, reason):
        strength: collections.Counter[str] = collections.Counter()
        for bought, days in self._days[customer].items():
            for day in days:
                halvings = (self._end - day) / self._config.half_life_days
                strength[self._articles[bought]["department_name"]] += 0.5**halvings
        share = strength[reason.subject] / strength.total()
        is_new = all(day >= self._end - self._new_arrival_days for _, day in self._buyers[article])
        is_there = self._articles[article]["department_name"] == reason.subject
        return is_new and is_there and share >= FAVOURITE_SHARE - _ROUNDING

    def _rank(self, ages: str, article: str) -> int | None:
        ranking = self._ranking(ages)
        return ranking.index(article) + 1 if article in ranking else None

    @functools.cache  # noqa: B019  (an audit lives as long as its test)
    def _ranking(self, ages: str) -> list[str]:
        """Articles by customers of the ages in the last days, then in four times as many days; "" for all ages."""
        first, last = _bounds(ages)
        aged = {who for who, age in self._ages.items() if not ages or (age is not None and first <= age <= last)}
        days, counted = self._config.popular_window_days, []
        for article, bought in self._buyers.items():
            lately, longer = (
                len({who for who, day in bought if who in aged and day >= self._end - window})
                for window in (days, 4 * days)
            )
            if lately:
                counted.append((-lately, -longer, article))
        return [article for *_, article in sorted(counted)][: self._config.popular_length]


def _bounds(ages: str) -> tuple[float, float]:
    """First and last age of a text such as 23-27 or 55+, with fractions of the last year."""
    if not ages:
        return 0.0, 1000.0
    first, _, last = ages.replace("+", "-999").partition("-")
    return float(first), float(last) + 0.999
