"""The query client: typed answers from TensorFlow Serving, or the local server, without importing TensorFlow.

`RecommenderClient("shop-models:8500").recommend(["customer"])`. Calls block; threads may share a client.
More than `batch_size` customers are split into several requests, a few in flight at a time. Requests go to all servers
of the target in turn. If a server is UNAVAILABLE or does not answer, the client tries the others within the deadline.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import itertools
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import grpc
import numpy as np
import numpy.typing as npt

from serving import tensors, wire
from serving.client.answers import (
    ArticleDescription,
    Baselines,
    Recommendations,
    RecommendedArticle,
    SimilarArticle,
    VersionStatus,
)
from serving.client.attempts import Attempts
from serving.client.backends import Backends
from serving.client.channel import ClientConfig
from serving.client.throttle import RetryThrottle
from serving.errors import DeadlineExceededError, InvalidRequestError, ServerFailureError, code_of, from_rpc_error

MAX_K = 100
_CHANNELS_SEPARATOR = ","


class RecommenderClient:
    """Queries one model on one or several servers that serve it.

    Every method raises a `serving.errors.ServingError`: InvalidRequestError, ModelNotFoundError,
    SignatureNotFoundError, RequestTooLargeError, DeadlineExceededError, ServerUnavailableError,
    ServerFailureError.

    Args:
        target: one or more `host:port` joined by commas. All addresses of a name are used in turn.
        config: None for `ClientConfig()`.
        version: ask this version of the model; None for the newest.
        version_label: ask the version with this label.

    """

    def __init__(
        self,
        target: str,
        config: ClientConfig | None = None,
        *,
        version: int | None = None,
        version_label: str | None = None,
    ) -> None:
        if version is not None and version_label is not None:
            raise ValueError("version and version_label exclude each other. Received: both. Give one.")
        self._config = config or ClientConfig()
        self._version, self._version_label = version, version_label
        self._backends = Backends(target, self._config)
        self._throttle = RetryThrottle()

    def recommend(
        self,
        customer_ids: Sequence[str],
        *,
        recent_article_ids: Sequence[Sequence[str]] | None = None,
        exclude_article_ids: Sequence[Sequence[str]] | None = None,
        age: Sequence[float | None] | None = None,
        club_member_status: Sequence[str | None] | None = None,
        k: int = 12,
    ) -> list[Recommendations]:
        """The best k articles for each customer; fewer where no more are left.

        Args:
            customer_ids: [batch]; an unknown one is answered too.
            recent_article_ids: [batch], what each has just looked at, any number; None for nothing.
            exclude_article_ids: [batch], what must not be recommended; None for nothing.
            age: [batch] years; None where not known.
            club_member_status: [batch]; None where not known.
            k: articles per customer, 1 to 100.

        Returns:
            [batch], in the order asked.

        """
        _check_k(k)
        count = len(customer_ids)
        ages = [math.nan if value is None else value for value in _given("age", age, count, None)]
        clubs = [value or "" for value in _given("club_member_status", club_member_status, count, "")]
        recent = _given("recent_article_ids", recent_article_ids, count, ())
        excluded = _given("exclude_article_ids", exclude_article_ids, count, ())

        def inputs(part: slice) -> dict[str, Any]:
            return {
                "customer_id": _strings(customer_ids[part]),
                "recent_article_ids": _padded(recent[part]),
                "exclude_article_ids": _padded(excluded[part]),
                "age": np.asarray(ages[part], np.float32),
                "club_member_status": _strings(clubs[part]),
                "k": np.int32(k),
            }

        return self._recommendations("recommend", customer_ids, inputs)

    def recommend_default(self, customer_ids: Sequence[str]) -> list[Recommendations]:
        """Up to 12 best articles for each customer, by `serving_default`; [batch], in the order asked."""
        return self._recommendations(
            "serving_default", customer_ids, lambda part: {"customer_id": _strings(customer_ids[part])}
        )

    def similar(
        self,
        article_ids: Sequence[str],
        *,
        exclude_article_ids: Sequence[Sequence[str]] | None = None,
        k: int = 12,
    ) -> list[list[SimilarArticle]]:
        """The k nearest articles of each article, nearest first; fewer if fewer are left, none for an unknown one.

        Args:
            article_ids: [batch].
            exclude_article_ids: [batch], articles to leave out of the answers; None for none. Omitted from requests
                to versions of earlier releases if nothing is excluded, because they lack this input.
            k: articles per article, 1 to 100.

        Returns:
            [batch], in the order asked.

        """
        _check_k(k)
        excluded = _given("exclude_article_ids", exclude_article_ids, len(article_ids), ())

        def inputs(part: slice) -> dict[str, Any]:
            exclude = _padded(excluded[part])
            return {"article_id": _strings(article_ids[part]), "exclude_article_ids": exclude, "k": np.int32(k)}

        def inputs_of_old(part: slice) -> dict[str, Any]:
            return {name: values for name, values in inputs(part).items() if name != "exclude_article_ids"}

        try:
            answers = self._batches("similar_articles", len(article_ids), inputs)
        except InvalidRequestError:
            if any(excluded):
                raise
            answers = self._batches("similar_articles", len(article_ids), inputs_of_old)
        return [
            [SimilarArticle(i.decode(), float(s)) for i, s in zip(ids, scores, strict=True) if i]
            for _, arrays in answers
            for ids, scores in zip(arrays["article_ids"], arrays["scores"], strict=True)
        ]

    def describe(self, article_ids: Sequence[str]) -> list[ArticleDescription]:
        """Name, type, colour and description of each article; [batch], in the order asked."""
        fields = [field.name for field in dataclasses.fields(ArticleDescription)][1:]
        answers = self._batches(
            "describe_articles", len(article_ids), lambda part: {"article_id": _strings(article_ids[part])}
        )
        rows = (row for _, arrays in answers for row in zip(*(arrays[f] for f in fields), strict=True))
        return [
            ArticleDescription(article_id, *(value.decode(errors="replace") for value in row))
            for article_id, row in zip(article_ids, rows, strict=True)
        ]

    def embeddings(
        self, *, customer_ids: Sequence[str] | None = None, article_ids: Sequence[str] | None = None
    ) -> npt.NDArray[np.float32]:
        """The towers' vectors of customers or of articles, whichever is given: [batch, d] float32."""
        if (customer_ids is None) == (article_ids is None):
            raise ValueError("customer_ids or article_ids must be given. Received: both or neither. Give one.")
        kind = "customer" if customer_ids is not None else "article"
        ids = customer_ids if customer_ids is not None else article_ids
        assert ids is not None
        answers = self._batches(f"{kind}_embedding", len(ids), lambda part: {f"{kind}_id": _strings(ids[part])})
        parts = [arrays["embedding"] for _, arrays in answers]
        return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)

    def baselines(self, customer_ids: Sequence[str]) -> list[Baselines]:
        """What the simple recommenders say for each customer; [batch], in the order asked."""
        answers = self._batches(
            "baselines", len(customer_ids), lambda part: {"customer_id": _strings(customer_ids[part])}
        )
        rows = [
            (_texts(own), _texts(popular))
            for _, arrays in answers
            for own, popular in zip(arrays["own_purchases"], arrays["popular"], strict=True)
        ]
        return [Baselines(i, *row) for i, row in zip(customer_ids, rows, strict=True)]

    def predict(self, signature: str, inputs: Mapping[str, npt.ArrayLike]) -> dict[str, npt.NDArray[Any]]:
        """Any signature: named arrays in, named arrays out, in one request; strings come back as bytes."""
        ((_, arrays),) = self._in_flight(signature, iter([inputs]))
        return arrays

    def model_status(self) -> list[VersionStatus]:
        """The versions of the model that the server knows, newest first."""
        request = wire.GetModelStatusRequest()
        self._set_spec(request.model_spec)
        try:
            response = self._attempts(wire.STATUS_METHOD, request, time.monotonic() + self._config.deadline_s).result()
        except grpc.RpcError as error:
            raise from_rpc_error(error) from None
        states = {number: name for name, number in wire.VERSION_STATES.items()}
        return [
            VersionStatus(v.version, states[v.state], code_of(v.status.error_code).name, v.status.error_message)
            for v in response.model_version_status
        ]

    def close(self) -> None:
        """Closes the connections."""
        self._backends.close()

    def __enter__(self) -> RecommenderClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _recommendations(self, signature: str, customer_ids: Sequence[str], inputs: Any) -> list[Recommendations]:
        rows = []
        for version, arrays in self._batches(signature, len(customer_ids), inputs):
            names = ("article_ids", "scores", "channels")
            # Lists: taking thousands of numbers out of an array one by one costs more than all else here.
            rows += [(version, *row) for row in zip(*(arrays[name].tolist() for name in names), strict=True)]
        return [
            Recommendations(customer_id, _articles(ids, scores, channels), version)
            for customer_id, (version, ids, scores, channels) in zip(customer_ids, rows, strict=True)
        ]

    def _batches(self, signature: str, count: int, inputs: Any) -> list[tuple[int, dict[str, Any]]]:
        size = self._config.batch_size
        parts = (slice(at, at + size) for at in range(0, count, size))
        return self._in_flight(signature, map(inputs, parts))

    def _in_flight(self, signature: str, all_inputs: Iterator[Mapping[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
        """The answers in order, with at most `requests_at_once` asked and not yet answered."""
        end_s = time.monotonic() + self._config.deadline_s
        waiting: collections.deque[Attempts] = collections.deque()
        answers = []
        try:
            for inputs in itertools.islice(all_inputs, self._config.requests_at_once):
                waiting.append(self._send(signature, inputs, end_s))
            while waiting:
                response = waiting[0].result()
                waiting.popleft()
                for inputs in itertools.islice(all_inputs, 1):
                    waiting.append(self._send(signature, inputs, end_s))
                arrays = {name: tensors.to_array(proto) for name, proto in response.outputs.items()}
                answers.append((response.model_spec.version.value, arrays))
        except grpc.RpcError as error:
            raise from_rpc_error(error) from None
        except tensors.TensorError as error:
            raise ServerFailureError(grpc.StatusCode.INTERNAL, f"the answer cannot be read: {error}") from error
        finally:
            for request in waiting:
                request.cancel()
        return answers

    def _send(self, signature: str, inputs: Mapping[str, Any], end_s: float) -> Attempts:
        request = wire.PredictRequest()
        self._set_spec(request.model_spec)
        request.model_spec.signature_name = signature
        for name, values in inputs.items():
            request.inputs[name].CopyFrom(tensors.to_proto(values))
        remaining_s = end_s - time.monotonic()
        if remaining_s <= 0:
            message = f"no complete answer within deadline_s = {self._config.deadline_s:g}"
            raise DeadlineExceededError(grpc.StatusCode.DEADLINE_EXCEEDED, message)
        return self._attempts(wire.PREDICT_METHOD, request, end_s)

    def _attempts(self, method: str, request: Any, end_s: float) -> Attempts:
        return Attempts(self._backends, self._throttle, self._config, method, request, end_s)

    def _set_spec(self, spec: Any) -> None:
        spec.name = self._config.model_name
        if self._version is not None:
            spec.version.value = self._version
        elif self._version_label is not None:
            spec.version_label = self._version_label


def _check_k(k: int) -> None:
    if not 1 <= k <= MAX_K:
        raise ValueError(f"k must be in 1..{MAX_K}. Received: k = {k}.")


def _given(name: str, values: Sequence[Any] | None, count: int, absent: Any) -> Sequence[Any]:
    if values is None:
        return [absent] * count
    if len(values) != count:
        raise ValueError(
            f"{name} must have one entry for each customer. Received: {len(values)} for {count} customers."
        )
    return values


def _strings(values: Sequence[str]) -> npt.NDArray[Any]:
    array = np.empty(len(values), dtype=object)  # not dtype str, which drops trailing NULs
    array[:] = list(values)
    return array


def _padded(rows: Sequence[Sequence[str]]) -> npt.NDArray[Any]:
    array = np.full((len(rows), max(map(len, rows), default=0)), "", dtype=object)
    for at, row in enumerate(rows):
        array[at, : len(row)] = list(row)
    return array


def _texts(values: npt.NDArray[Any]) -> tuple[str, ...]:
    return tuple(value.decode() for value in values if value)


def _articles(ids: Any, scores: Any, channels: Any) -> tuple[RecommendedArticle, ...]:
    """Where the model knows fewer than k, "" fills the answer up."""
    return tuple(_article(*row) for row in zip(ids, scores, channels, strict=True) if row[0])


def _article(article_id: bytes, score: float, channels: bytes) -> RecommendedArticle:
    return RecommendedArticle(article_id.decode(), score, _channel_names(channels))


@functools.lru_cache(maxsize=4096)  # there are as many as sets of channels, and thousands of articles in an answer
def _channel_names(channels: bytes) -> tuple[str, ...]:
    return tuple(filter(None, channels.decode().split(_CHANNELS_SEPARATOR)))
