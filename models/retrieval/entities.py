"""Articles and customers as the towers see them: tables of transformed features, one row each.

A row number here is the id's index in its vocabulary (training) or the row of the state (recommending); the towers
never see the difference. One more row stands behind each table: the article or customer that is not known.
"""

import dataclasses

import numpy as np

from transforms import features as f


@dataclasses.dataclass(frozen=True)
class ArticleTable:
    """Transformed features of articles.

    Attributes:
        ids: `[rows + 1]` int32 index in the vocabulary of article ids; -1 where it has none.
        categories: `[rows + 1, len(ARTICLE_CATEGORIES)]` int32 indices, -1 is missing.
        words: `[rows + 1, WORDS_PER_ARTICLE]` int32 indices, -1 is padding.
    """

    ids: np.ndarray
    categories: np.ndarray
    words: np.ndarray


@dataclasses.dataclass(frozen=True)
class CustomerTable:
    """Transformed features of customers.

    Attributes:
        ids: `[rows + 1]` int32 index in the vocabulary of customer ids; -1 where it has none.
        categories: `[rows + 1, len(CUSTOMER_CATEGORIES) + 1]` int32 indices, the age bucket last; -1 is missing.
        age: `[rows + 1]` float32 z-score, 0 where unknown.
    """

    ids: np.ndarray
    categories: np.ndarray
    age: np.ndarray


def article_table(features: dict[str, np.ndarray], words: list[np.ndarray]) -> ArticleTable:
    """Puts transformed features of articles in a table, in their order, and the unknown article behind.

    Args:
        features: `article_id_xf` and the categories' `_xf`, `[rows]` integers.
        words: word indices of each article, any length.
    """
    ids = np.append(features[f.transformed_name("article_id")], f.MISSING).astype(np.int32)
    categories = [features[f.transformed_name(key)] for key in f.ARTICLE_CATEGORIES]
    table = np.full((len(ids), f.WORDS_PER_ARTICLE), f.MISSING, np.int32)
    for row, indices in enumerate(words):
        kept = np.unique(indices[indices >= 0])[: f.WORDS_PER_ARTICLE]
        table[row, : len(kept)] = kept
    return ArticleTable(ids=ids, categories=_with_missing(categories), words=table)


def customer_table(features: dict[str, np.ndarray]) -> CustomerTable:
    """Puts transformed features of customers in a table, in their order, and the unknown customer behind.

    Args:
        features: `customer_id_xf`, the categories' `_xf`, `age_bucket_xf`, `[rows]` integers; `age_xf` float32.
    """
    ids = np.append(features[f.transformed_name("customer_id")], f.MISSING).astype(np.int32)
    keys = (*f.CUSTOMER_CATEGORIES, "age_bucket")
    categories = _with_missing([features[f.transformed_name(key)] for key in keys])
    categories[-1, -1] = 0
    age = np.append(features[f.transformed_name("age")], 0.0).astype(np.float32)
    return CustomerTable(ids=ids, categories=categories, age=age)


def _with_missing(columns: list[np.ndarray]) -> np.ndarray:
    table = np.stack(columns, axis=1).astype(np.int32)
    return np.concatenate([table, np.full((1, table.shape[1]), f.MISSING, np.int32)])
