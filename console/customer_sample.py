"""Who is recommended an article: the answers of the served version for a random sample of customers.

No table of the pipeline says to whom an article is recommended: the model answers for one customer at a time. So the
console asks it for a sample of customers, in a thread, in small batches, one after the other, and counts. It begins
when a page first needs the answers, and again for a newer version or newer tables. The sample is drawn by a fixed seed
from the customers who bought in the 30 days before the newest state, or from all if none did.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import threading
from collections.abc import Mapping, Sequence

from console.customers import AGE_GROUP_SQL, AGE_GROUPS
from console.models import Models
from console.shop import Row, ShopTables
from serving.client import Recommendations, RecommenderClient
from transforms.columns import AGE, CLUB_STATUS, CUSTOMER_ID

K = 12
SIZE = 2000
_BATCH = 32
_SEED = 20200923
_RECENT = "coalesce(units_30d, 0) > 0"


@dataclasses.dataclass(frozen=True)
class Recommended:
    """A customer of the sample who is recommended an article.

    Attributes:
        customer: id, age and club status.
        rank: place of the article, from 1.
        score: score of the model, comparable for one customer only.
    """

    customer: Row
    rank: int
    score: float


@dataclasses.dataclass(frozen=True)
class Group:
    """Customers of an age group: how many were asked, and how many of them are recommended an article."""

    name: str
    asked: int
    recommended: int

    @property
    def share(self) -> float:
        """Share of the group that is recommended the article."""
        return self.recommended / self.asked if self.asked else 0.0


@dataclasses.dataclass(frozen=True)
class SampleAnswers:
    """The answers so far.

    Attributes:
        version: version of the model that answered; None before the first answer.
        size: number of customers of the sample.
        asked: number of those who were asked.
        are_recent: whether the sample is of customers who bought in the last 30 days.
        asked_by_age: number of those who were asked, by age group.
        by_article: customers by recommended article.
        problem: why the model no longer answers; "" if it does.
    """

    version: int | None = None
    size: int = 0
    asked: int = 0
    are_recent: bool = True
    asked_by_age: Mapping[str, int] = dataclasses.field(default_factory=dict)
    by_article: Mapping[str, Sequence[Recommended]] = dataclasses.field(default_factory=dict)
    problem: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether all customers of the sample were asked."""
        return bool(self.size) and self.asked == self.size

    def to(self, article_id: str) -> list[Recommended]:
        """The customers who are recommended an article, by its place, then by id."""
        found = self.by_article.get(article_id, ())
        return sorted(found, key=lambda each: (each.rank, each.customer[CUSTOMER_ID]))

    def groups(self, article_id: str) -> list[Group]:
        """How many of each age group are recommended an article; groups without customers are left out."""
        ages = [each.customer["age_group"] for each in self.by_article.get(article_id, ())]
        return [
            Group(name, self.asked_by_age[name], ages.count(name)) for name in AGE_GROUPS if name in self.asked_by_age
        ]


class CustomerSample:
    """Asks the model for the sample, once for each version and each state of the tables.

    Args:
        models: the model server.
        size: largest number of customers; 0 to ask for none.
    """

    def __init__(self, models: Models, size: int = SIZE) -> None:
        self._models, self._size = models, size
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._answers = SampleAnswers()
        self._of: tuple[ShopTables, int] | None = None

    def answers(self, tables: ShopTables) -> SampleAnswers:
        """The answers so far; asks for the rest in a thread.

        Args:
            tables: tables of the shop.
        """
        if not self._size:
            return SampleAnswers(
                problem="The console was started with --sample 0: the model is not asked for customers."
            )
        status = self._models.ask(lambda client: client.model_status())
        newest = max((each.version for each in status.value or () if each.state == "AVAILABLE"), default=None)
        if newest is None:
            return dataclasses.replace(self._answers, problem=status.problem)
        with self._lock:
            if self._of != (tables, newest) and self._thread is None:
                self._thread = threading.Thread(target=self._ask_and_log, args=(tables,), daemon=True)
                self._thread.start()
        return self._answers

    def ask(self, tables: ShopTables) -> SampleAnswers:
        """Asks for the whole sample now.

        Args:
            tables: tables of the shop.
        """
        customers, are_recent = _draw(tables, self._size)
        by_age: dict[str, int] = {}
        by_article: dict[str, list[Recommended]] = {}
        version = None
        for start in range(0, len(customers), _BATCH):
            part = customers[start : start + _BATCH]
            ids = [customer[CUSTOMER_ID] for customer in part]
            answer = self._models.ask(functools.partial(_recommend, ids), version)
            if answer.value is None:
                self._answers = dataclasses.replace(self._answers, problem=answer.problem)
                return self._answers
            for customer, recommendations in zip(part, answer.value, strict=True):
                version = recommendations.model_version
                by_age[customer["age_group"]] = by_age.get(customer["age_group"], 0) + 1
                for rank, each in enumerate(recommendations.articles, 1):
                    by_article.setdefault(each.article_id, []).append(Recommended(customer, rank, each.score))
            self._answers = SampleAnswers(
                version=version,
                size=len(customers),
                asked=start + len(part),
                are_recent=are_recent,
                asked_by_age=dict(by_age),
                by_article={article: tuple(found) for article, found in by_article.items()},
            )
        if version is not None:
            self._of = (tables, version)
        return self._answers

    def _ask_and_log(self, tables: ShopTables) -> None:
        try:
            self.ask(tables)
        except Exception:
            logging.exception("the model could not be asked for a sample of customers")
        finally:
            self._thread = None


def _recommend(customer_ids: list[str], client: RecommenderClient) -> list[Recommendations]:
    return client.recommend(customer_ids, k=K)


def _draw(tables: ShopTables, size: int) -> tuple[list[Row], bool]:
    """Random customers, and whether they bought in the last 30 days."""
    for condition in (_RECENT, "true"):
        rows = tables.rows(
            f"select {CUSTOMER_ID}, {AGE}, {CLUB_STATUS}, {AGE_GROUP_SQL} as age_group from prepared.customers"
            f" where {condition} order by hash(customer_row + ?), customer_row limit ?",
            [_SEED, size],
        )
        if rows:
            return rows, condition == _RECENT
    return [], False
