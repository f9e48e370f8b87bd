"""The queries of `RecommenderClient` whose question is an article."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from serving.client.answers import ArticleDescription, ArticleOutlook, LookArticle, LookGroup, SimilarArticle
from serving.client.inputs import check_k, one_each, strings
from serving.client.model_client import ModelClient
from serving.client.rules import Rules


class ArticleQueries:
    """Queries about articles.

    Args:
        model: client of the model.
    """

    def __init__(self, model: ModelClient) -> None:
        self._model = model

    def similar(
        self,
        article_ids: Sequence[str],
        *,
        exclude_article_ids: Sequence[Sequence[str]] | None = None,
        allow: Sequence[Sequence[str]] | None = None,
        deny: Sequence[Sequence[str]] | None = None,
        k: int = 12,
    ) -> list[list[SimilarArticle]]:
        """The k most similar articles of each article, most similar first.

        An answer has fewer articles if fewer are left, and none for an unknown article.

        Args:
            article_ids: [batch].
            exclude_article_ids: [batch], articles to leave out of each answer; None for none.
            allow: [batch], conditions such as "product_group_name=Shoes"; an article must have one of the allowed
                values of each column that is named. "column=" stands for articles without a value. None for none.
            deny: [batch], conditions that no article of an answer meets; None for none.
            k: articles per article, 1 to 100.

        Returns:
            [batch], in the order of `article_ids`.

        Raises:
            ValueError: `k` is out of range, or an argument is not as long as `article_ids`.
        """
        check_k(k)
        answers = Rules(article_ids, exclude_article_ids, allow, deny).ask(
            self._model,
            "similar_articles",
            len(article_ids),
            lambda part: {"article_id": strings(article_ids[part]), "k": np.int32(k)},
        )
        return [
            [SimilarArticle(i.decode(), float(s)) for i, s in zip(ids, scores, strict=True) if i]
            for _, arrays in answers
            for ids, scores in zip(arrays["article_ids"], arrays["scores"], strict=True)
        ]

    def complete(
        self,
        article_ids: Sequence[str],
        *,
        customer_ids: Sequence[str] | None = None,
        exclude_article_ids: Sequence[Sequence[str]] | None = None,
        allow: Sequence[Sequence[str]] | None = None,
        deny: Sequence[Sequence[str]] | None = None,
        k: int = 12,
    ) -> list[list[LookGroup]]:
        """What completes a look with each article: up to 4 groups, most probable first, with up to k articles each.

        No answer has variants of the article. An unknown article, and each article of a shop with one group, has no
        groups. Versions of earlier releases lack the signature: SignatureNotFoundError.

        Args:
            article_ids: [batch].
            customer_ids: [batch], for whose taste the articles are chosen; None, "" or an unknown one for nobody's.
            exclude_article_ids: [batch], articles to leave out of each answer; None for none.
            allow: [batch], conditions such as "product_group_name=Shoes"; an article must have one of the allowed
                values of each column that is named. "column=" stands for articles without a value. None for none.
            deny: [batch], conditions that no article of an answer meets; None for none.
            k: articles of each group, 1 to 100.

        Returns:
            [batch], in the order of `article_ids`.

        Raises:
            ValueError: `k` is out of range, or an argument is not as long as `article_ids`.
        """
        check_k(k)
        customers = one_each("customer_ids", customer_ids, article_ids, "")
        answers = Rules(article_ids, exclude_article_ids, allow, deny).ask(
            self._model,
            "complete_the_look",
            len(article_ids),
            lambda part: {
                "article_id": strings(article_ids[part]),
                "customer_id": strings(customers[part]),
                "k": np.int32(k),
            },
        )
        rows = (
            row
            for _, arrays in answers
            for row in zip(*(arrays[name].tolist() for name in ("groups", "article_ids", "scores")), strict=True)
        )
        return [[_look_group(*group) for group in zip(*row, strict=True) if group[0]] for row in rows]

    def describe(self, article_ids: Sequence[str]) -> list[ArticleDescription]:
        """Name, type, colour and description of each article; [batch], in the order of `article_ids`."""
        fields = [field.name for field in dataclasses.fields(ArticleDescription)][1:]
        answers = self._model.predict_batches(
            "describe_articles", len(article_ids), lambda part: {"article_id": strings(article_ids[part])}
        )
        rows = (row for _, arrays in answers for row in zip(*(arrays[f] for f in fields), strict=True))
        return [
            ArticleDescription(article_id, *(value.decode(errors="replace") for value in row))
            for article_id, row in zip(article_ids, rows, strict=True)
        ]

    def outlook(self, article_ids: Sequence[str]) -> list[ArticleOutlook]:
        """Forecast of the sales of each article; [batch], in the order of `article_ids`.

        Versions of earlier releases lack this signature: SignatureNotFoundError.
        """
        fields = [field.name for field in dataclasses.fields(ArticleOutlook)][1:]
        answers = self._model.predict_batches(
            "article_outlook", len(article_ids), lambda part: {"article_id": strings(article_ids[part])}
        )
        rows = (row for _, arrays in answers for row in zip(*(arrays[f].tolist() for f in fields), strict=True))
        return [ArticleOutlook(article_id, *row) for article_id, row in zip(article_ids, rows, strict=True)]


def _look_group(name: bytes, article_ids: list[bytes], scores: list[float]) -> LookGroup:
    """One group of an answer, without the padding of its articles (an id of "")."""
    articles = (LookArticle(i.decode(), score) for i, score in zip(article_ids, scores, strict=True) if i)
    return LookGroup(name.decode(errors="replace"), tuple(articles))
