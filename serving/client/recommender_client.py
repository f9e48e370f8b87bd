"""The query client: typed answers of TensorFlow Serving or the project's own server.

`RecommenderClient("shop-models:8500").recommend(["customer"])`. Calls block; threads may share a client.
More than `batch_size` ids are split into several requests, a few in flight at a time. Requests go to all servers of the
target in turn. If a server is UNAVAILABLE or does not answer, the client tries the others within the deadline.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from serving.client.answers import (
    Baselines,
    CustomerNeed,
    Reason,
    Recommendations,
    RecommendedArticle,
    VersionStatus,
)
from serving.client.article_queries import ArticleQueries
from serving.client.channel import ClientConfig
from serving.client.inputs import check_k, one_each, padded, strings
from serving.client.model_client import ModelClient
from serving.client.reason_texts import ReasonTexts, english, subject_ids
from serving.client.rules import Rules

_CHANNELS_SEPARATOR = ","
_COLUMNS = ("article_ids", "scores", "channels")
_REASON_COLUMNS = ("reason_codes", "reason_subjects", "reason_counts", "reason_days")


class RecommenderClient(ArticleQueries):
    """Queries one model on one or several servers. The queries about articles are in `ArticleQueries`.

    Every query may raise a `serving.errors.ServingError`: InvalidRequestError, ModelNotFoundError,
    SignatureNotFoundError, RequestTooLargeError, DeadlineExceededError, ServerUnavailableError,
    ServerFailureError.

    Args:
        target: one or more `host:port` joined by commas, or a gRPC target. All addresses of a name are used in turn.
        config: None for `ClientConfig()`.
        version: model version to query; None for the newest.
        version_label: label of the version to query; None for none.

    Raises:
        ValueError: `target` is malformed, or both `version` and `version_label` are given.
    """

    def __init__(
        self,
        target: str,
        config: ClientConfig | None = None,
        *,
        version: int | None = None,
        version_label: str | None = None,
    ) -> None:
        super().__init__(ModelClient(target, config or ClientConfig(), version, version_label))

    def recommend(
        self,
        customer_ids: Sequence[str],
        *,
        recent_article_ids: Sequence[Sequence[str]] | None = None,
        exclude_article_ids: Sequence[Sequence[str]] | None = None,
        allow: Sequence[Sequence[str]] | None = None,
        deny: Sequence[Sequence[str]] | None = None,
        age: Sequence[float | None] | None = None,
        club_member_status: Sequence[str | None] | None = None,
        k: int = 12,
        reasons: bool = False,
    ) -> list[Recommendations]:
        """The best k articles for each customer; fewer only if fewer articles are left by the rules.

        Args:
            customer_ids: [batch]; unknown customers get an answer too.
            recent_article_ids: [batch], articles that each customer has just viewed, any number; None for none.
            exclude_article_ids: [batch], articles to leave out of each answer; None for none.
            allow: [batch], conditions such as "product_group_name=Shoes"; an article must have one of the allowed
                values of each column that is named. "column=" stands for articles without a value. None for none.
            deny: [batch], conditions that no article of an answer meets; None for none.
            age: [batch] years; None for unknown.
            club_member_status: [batch]; None for unknown.
            k: articles per customer, 1 to 100.
            reasons: whether the articles have their reasons. The server spends time on them only if they are wanted.

        Returns:
            [batch], in the order of `customer_ids`.

        Raises:
            ValueError: `k` is out of range, or an argument is not as long as `customer_ids`.
        """
        check_k(k)
        ages = [math.nan if value is None else value for value in one_each("age", age, customer_ids, None)]
        clubs = [value or "" for value in one_each("club_member_status", club_member_status, customer_ids, "")]
        recent = one_each("recent_article_ids", recent_article_ids, customer_ids, ())
        rules = Rules(customer_ids, exclude_article_ids, allow, deny)

        def inputs(part: slice) -> dict[str, Any]:
            return {
                "customer_id": strings(customer_ids[part]),
                "recent_article_ids": padded(recent[part]),
                "age": np.asarray(ages[part], np.float32),
                "club_member_status": strings(clubs[part]),
                "k": np.int32(k),
            }

        answers = rules.ask(self._model, "recommend", len(customer_ids), inputs, _outputs(reasons))
        return _recommendations(customer_ids, answers)

    def recommend_default(self, customer_ids: Sequence[str], *, reasons: bool = False) -> list[Recommendations]:
        """Up to 12 best articles for each customer, by `serving_default`; [batch], in the order of `customer_ids`.

        Args:
            customer_ids: [batch]; unknown customers get an answer too.
            reasons: as in `recommend`.
        """
        answers = self._model.predict_batches(
            "serving_default",
            len(customer_ids),
            lambda part: {"customer_id": strings(customer_ids[part])},
            _outputs(reasons),
        )
        return _recommendations(customer_ids, answers)

    def explain(self, answer: Recommendations, texts: ReasonTexts | None = None) -> list[tuple[str, ...]]:
        """Writes the reasons of an answer as texts; asks the server for the names of the articles in them.

        Args:
            answer: answer of `recommend` with `reasons`.
            texts: templates of the texts; None for English.

        Returns:
            The texts of each article of the answer.
        """
        texts = texts or english()
        ids = subject_ids(answer.articles)
        names = {each.article_id: each.prod_name for each in self.describe(ids)} if ids else {}
        return [tuple(texts.text(reason, names) for reason in article.reasons) for article in answer.articles]

    def embeddings(
        self, *, customer_ids: Sequence[str] | None = None, article_ids: Sequence[str] | None = None
    ) -> npt.NDArray[np.float32]:
        """Embeddings of customers or of articles by the towers.

        Args:
            customer_ids: [batch], or None.
            article_ids: [batch], or None.

        Returns:
            [batch, embedding_dim] float32, in the order of the ids.

        Raises:
            ValueError: both or neither of the arguments are given.
        """
        if (customer_ids is None) == (article_ids is None):
            raise ValueError("customer_ids or article_ids must be given. Received: both or neither. Give one.")
        kind = "customer" if customer_ids is not None else "article"
        ids = customer_ids if customer_ids is not None else article_ids
        assert ids is not None
        answers = self._model.predict_batches(
            f"{kind}_embedding", len(ids), lambda part: {f"{kind}_id": strings(ids[part])}
        )
        parts = [arrays["embedding"] for _, arrays in answers]
        return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)

    def needs(self, customer_ids: Sequence[str], *, k: int = 5) -> list[list[CustomerNeed]]:
        """The k product types that each customer most probably buys from in the next week, most probable first.

        An answer has fewer product types if the catalogue has fewer. Versions of earlier releases lack the signature.

        Args:
            customer_ids: [batch]; unknown customers get the popular product types.
            k: product types per customer, 1 to 100.

        Returns:
            [batch], in the order of `customer_ids`.

        Raises:
            ValueError: `k` is out of range.
        """
        check_k(k)
        answers = self._model.predict_batches(
            "customer_needs",
            len(customer_ids),
            lambda part: {"customer_id": strings(customer_ids[part]), "k": np.int32(k)},
        )
        return [
            [CustomerNeed(name.decode(), float(p)) for name, p in zip(names, probabilities, strict=True) if name]
            for _, arrays in answers
            for names, probabilities in zip(arrays["product_types"], arrays["probabilities"], strict=True)
        ]

    def baselines(self, customer_ids: Sequence[str]) -> list[Baselines]:
        """Recommendations of the simple baselines for each customer; [batch], in the order of `customer_ids`."""
        answers = self._model.predict_batches(
            "baselines", len(customer_ids), lambda part: {"customer_id": strings(customer_ids[part])}
        )
        rows = [
            (_texts(own), _texts(popular))
            for _, arrays in answers
            for own, popular in zip(arrays["own_purchases"], arrays["popular"], strict=True)
        ]
        return [Baselines(i, *row) for i, row in zip(customer_ids, rows, strict=True)]

    def predict(self, signature: str, inputs: Mapping[str, npt.ArrayLike]) -> dict[str, npt.NDArray[Any]]:
        """Calls any signature in one request.

        Args:
            signature: name of the signature.
            inputs: arrays by input name.

        Returns:
            Arrays by output name; strings as bytes in dtype object.
        """
        ((_, arrays),) = self._model.predict(signature, [inputs])
        return arrays

    def model_status(self) -> list[VersionStatus]:
        """The versions of the model on the server, newest first."""
        return self._model.model_status()

    def close(self) -> None:
        """Closes the connections."""
        self._model.close()

    def __enter__(self) -> RecommenderClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _outputs(reasons: bool) -> tuple[str, ...]:
    """The outputs to ask for: all for the reasons, which earlier versions lack, else those that all versions have."""
    return () if reasons else _COLUMNS


def _recommendations(
    customer_ids: Sequence[str], answers: Iterable[tuple[int, Mapping[str, npt.NDArray[Any]]]]
) -> list[Recommendations]:
    rows = []
    for version, arrays in answers:
        # Lists, because reading thousands of array elements one by one costs more than all other work here.
        columns = [arrays[name].tolist() for name in _COLUMNS]
        columns.append(_reasons(arrays))
        rows += [(version, *row) for row in zip(*columns, strict=True)]
    return [
        Recommendations(customer_id, _articles(ids, scores, channels, reasons), version)
        for customer_id, (version, ids, scores, channels, reasons) in zip(customer_ids, rows, strict=True)
    ]


def _texts(values: npt.NDArray[Any]) -> tuple[str, ...]:
    return tuple(value.decode() for value in values if value)


def _articles(ids: Any, scores: Any, channels: Any, reasons: Any) -> tuple[RecommendedArticle, ...]:
    """Articles of one answer, without its padding (an id of "")."""
    rows = zip(ids, scores, channels, reasons, strict=True)
    return tuple(
        RecommendedArticle(i.decode(), score, _channel_names(names), tuple(of_article))
        for i, score, names, of_article in rows
        if i
    )


def _reasons(arrays: Mapping[str, npt.NDArray[Any]]) -> list[list[list[Reason]]]:
    """The reasons of each article of each answer; none if they were not asked for, or the version has none."""
    if _REASON_COLUMNS[0] not in arrays:
        return [[[] for _ in answer] for answer in arrays["article_ids"]]
    columns = (arrays[name].tolist() for name in _REASON_COLUMNS)
    return [
        [
            [
                Reason(code.decode(), subject.decode(), *numbers)
                for code, subject, *numbers in zip(*of_article, strict=True)
                if code
            ]
            for of_article in zip(*answer, strict=True)
        ]
        for answer in zip(*columns, strict=True)
    ]


@functools.lru_cache(maxsize=4096)  # an answer has thousands of articles and few distinct values
def _channel_names(channels: bytes) -> tuple[str, ...]:
    return tuple(filter(None, channels.decode().split(_CHANNELS_SEPARATOR)))
