"""Loads the pushed model into this process and answers batches of customers.

Batches use the same signatures as a model server. TensorFlow is imported when a model is loaded.
"""

from __future__ import annotations

import itertools
import pathlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from components.model_files import ARTICLE_IDS, CUSTOMER_IDS, CUSTOMERS
from models.rankings import SIMPLE
from pipeline.versions import Version, served_version
from transforms.columns import ARTICLE_ID, CUSTOMER_ID
from transforms.errors import LookbookError
from transforms.ids import read_ids

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

BATCH_SIZE = 512
_RECOMMEND, _ARTICLES = "serving_default", "article_ids"
_BASELINES = "baselines"
_ARTICLE_EMBEDDING, _CUSTOMER_EMBEDDING, _DESCRIBE = "article_embedding", "customer_embedding", "describe_articles"


class PushedModel:
    """A loaded version of the pushed model."""

    def __init__(self, version: Version) -> None:
        """Loads `version`.

        Raises:
            LookbookError: its folder has no SavedModel with the project's signatures.
        """
        import tensorflow as tf
        from scann.scann_ops.py import scann_ops  # noqa: F401  (registers the op of the index)

        self.version = version
        try:
            self._model = tf.saved_model.load(str(version.path))
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise LookbookError(f"{version.path} cannot be loaded: {reason}; push again or roll back") from error
        missing = {_RECOMMEND, _BASELINES} - set(self._model.signatures)
        if missing:
            raise LookbookError(
                f"{version.path} must have the signatures {_RECOMMEND} and {_BASELINES};"
                f" it lacks {', '.join(sorted(missing))}; push again with this release"
            )
        # A graph around the signature's computes the one output that it returns, and no reasons.
        self._recommended = tf.function(
            lambda ids: self._model.signatures[_RECOMMEND](**{CUSTOMER_ID: ids})[_ARTICLES],
            input_signature=[tf.TensorSpec([None], tf.string)],
            autograph=False,
        )

    def known_customers(self) -> list[str]:
        """The ids of all customers of the model, in its order.

        Raises:
            LookbookError: the version has no list of customers, or its length is not the number of customers.
        """
        path = self.version.path / CUSTOMER_IDS
        ids = _read_ids(path)
        if ids is None:
            raise LookbookError(
                f"{path} must list the customers of the model. It is missing; push again with this release"
            )
        customers = self.version.figures.get(CUSTOMERS)
        if customers not in (None, len(ids)):
            raise LookbookError(
                f"{path} must hold the {customers:,} customers of the model. Received: {len(ids):,} lines; push again"
            )
        return ids

    def known_articles(self) -> list[str] | None:
        """The ids of all articles of the model, in its order; None if the version has no list of them."""
        return _read_ids(self.version.path / ARTICLE_IDS)

    def recommend(
        self, customer_ids: Iterable[str], batch_size: int = BATCH_SIZE
    ) -> Iterator[tuple[list[str], list[list[str]]]]:
        """Yields the customer ids of each batch and up to 12 article ids for each customer, best first.

        Args:
            customer_ids: ids of known or unknown customers.
            batch_size: number of customers in a batch.
        """
        for batch in _batches(customer_ids, batch_size):
            articles = self._recommended(batch)
            self._require_rows(_RECOMMEND, batch, {_ARTICLES: articles})
            yield batch, _lists(articles)

    def baselines(
        self, customer_ids: Iterable[str], batch_size: int = BATCH_SIZE
    ) -> Iterator[tuple[list[str], dict[str, list[list[str]]]]]:
        """Yields the same as `recommend` for each of `SIMPLE`, with the same state of the shop.

        Args:
            customer_ids: ids of known or unknown customers.
            batch_size: number of customers in a batch.
        """
        for batch in _batches(customer_ids, batch_size):
            answers = self._answers(_BASELINES, batch)
            yield batch, {name: _lists(answers[name]) for name in SIMPLE}

    def article_embeddings(
        self, article_ids: Iterable[str], batch_size: int = BATCH_SIZE
    ) -> Iterator[tuple[list[str], npt.NDArray[np.float32]]]:
        """Yields the article ids of each batch and their embeddings `[batch, dim]` of the candidate tower.

        Args:
            article_ids: ids of articles; unknown ones get zeros.
            batch_size: number of articles in a batch.

        Raises:
            LookbookError: the version lacks the signature.
        """
        yield from self._embeddings(_ARTICLE_EMBEDDING, ARTICLE_ID, article_ids, batch_size)

    def customer_embeddings(
        self, customer_ids: Iterable[str], batch_size: int = BATCH_SIZE
    ) -> Iterator[tuple[list[str], npt.NDArray[np.float32]]]:
        """Yields the same for customers, of the query tower."""
        yield from self._embeddings(_CUSTOMER_EMBEDDING, CUSTOMER_ID, customer_ids, batch_size)

    def descriptions(
        self, article_ids: Iterable[str], batch_size: int = BATCH_SIZE
    ) -> Iterator[tuple[list[str], dict[str, list[str]]]]:
        """Yields the article ids of each batch and their texts, by column; "" for what is missing.

        Args:
            article_ids: ids of articles.
            batch_size: number of articles in a batch.

        Raises:
            LookbookError: the version lacks the signature.
        """
        for batch in _batches(article_ids, batch_size):
            answers = self._answers(_DESCRIBE, batch, ARTICLE_ID)
            yield batch, {name: [text.decode() for text in texts.numpy()] for name, texts in answers.items()}

    def _embeddings(
        self, signature: str, column: str, ids: Iterable[str], batch_size: int
    ) -> Iterator[tuple[list[str], npt.NDArray[np.float32]]]:
        for batch in _batches(ids, batch_size):
            yield batch, self._answers(signature, batch, column)["embedding"].numpy()

    def _answers(self, signature: str, ids: list[str], column: str = CUSTOMER_ID) -> dict[str, Any]:
        import tensorflow as tf

        if signature not in self._model.signatures:
            raise LookbookError(
                f"{self.version.path} must have the signature {signature}; push again with this release"
            )
        answers = self._model.signatures[signature](**{column: tf.constant(ids, tf.string)})
        self._require_rows(signature, ids, answers)
        return answers

    def _require_rows(self, signature: str, ids: list[str], answers: dict[str, Any]) -> None:
        for name, rows in answers.items():
            if rows.shape[0] != len(ids):
                raise LookbookError(
                    f"{signature} must answer a row for each of {len(ids):,} ids. Received: "
                    f"{rows.shape[0]:,} rows of {name}; push again with this release"
                )


def load_served(out: pathlib.Path) -> PushedModel:
    """Loads the served version.

    Args:
        out: folder that the pipeline writes to.

    Raises:
        LookbookError: `out` has no pushed version, or it cannot be loaded.
    """
    return PushedModel(served_version(out))


def _read_ids(path: pathlib.Path) -> list[str] | None:
    return read_ids(path) if path.is_file() else None


def _batches(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(ids)
    while batch := list(itertools.islice(rest, size)):
        yield batch


def _lists(article_ids: Any) -> list[list[str]]:
    """Converts `[batch, 12]` strings to lists, without the padding ""."""
    return [[article.decode() for article in row if article] for row in article_ids.numpy().tolist()]
