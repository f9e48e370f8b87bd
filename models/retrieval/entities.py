"""Tables of transformed features of articles and customers, one row each: the input of the towers.

In training, the row of an article or customer is its vocabulary index. In a recommender, it is its row in the state.
Each table has one more row at the end, for the unknown article or customer.
"""

import dataclasses
from collections.abc import Mapping

import numpy as np

from transforms import features as f
from transforms.content import COMPARED_VALUES, KINDS, ContentVectors


@dataclasses.dataclass(frozen=True)
class ArticleTable:
    """Transformed features of articles.

    Attributes:
        article_index: `[articles + 1]` int32 index in the vocabulary of article ids; -1 if the id is not in it.
        categories: `[articles + 1, len(ARTICLE_CATEGORIES)]` int32 vocabulary indices; -1 is missing.
        words: `[articles + 1, WORDS_PER_ARTICLE]` int32 vocabulary indices; -1 is padding.
        content: `[articles + 1, values]` float32, see `content_values`.
    """

    article_index: np.ndarray
    categories: np.ndarray
    words: np.ndarray
    content: np.ndarray


@dataclasses.dataclass(frozen=True)
class CustomerTable:
    """Transformed features of customers.

    Attributes:
        customer_index: `[customers + 1]` int32 index in the vocabulary of customer ids; -1 if the id is not in it.
        categories: `[customers + 1, len(CUSTOMER_CATEGORIES) + 1]` int32 vocabulary indices, the age bucket last;
            -1 is missing.
        age: `[customers + 1]` float32 z-score; 0 if unknown.
    """

    customer_index: np.ndarray
    categories: np.ndarray
    age: np.ndarray


def content_values(content: Mapping[str, ContentVectors]) -> np.ndarray:
    """Joins the content vectors of all kinds, of which the first components are read, each kind of length 1.

    Args:
        content: content vectors by kind.

    Returns:
        `[articles, values]` float32; zeros for a kind that an article lacks.
    """
    return np.concatenate([content[kind].unit(COMPARED_VALUES) for kind in KINDS], axis=1)


def article_table(features: dict[str, np.ndarray], words: list[np.ndarray], content: np.ndarray) -> ArticleTable:
    """Builds the table of articles in the given order and appends the unknown article.

    Args:
        features: `article_id_xf` and the `_xf` of the categories, each `[articles]` integers.
        words: word indices of each article, of any length.
        content: `[articles, values]` float32.

    Returns:
        Table of `articles + 1` rows.
    """
    article_index = np.append(features[f.transformed_name("article_id")], f.MISSING).astype(np.int32)
    categories = [features[f.transformed_name(key)] for key in f.ARTICLE_CATEGORIES]
    table = np.full((len(article_index), f.WORDS_PER_ARTICLE), f.MISSING, np.int32)
    for row, indices in enumerate(words):
        kept = np.unique(indices[indices >= 0])[: f.WORDS_PER_ARTICLE]
        table[row, : len(kept)] = kept
    return ArticleTable(
        article_index=article_index,
        categories=_with_missing(categories),
        words=table,
        content=np.pad(content, [(0, 1), (0, 0)]),
    )


def customer_table(features: dict[str, np.ndarray]) -> CustomerTable:
    """Builds the table of customers in the given order and appends the unknown customer.

    Args:
        features: `customer_id_xf`, the `_xf` of the categories and `age_bucket_xf`, each `[customers]` integers;
            `age_xf` `[customers]` float32.

    Returns:
        Table of `customers + 1` rows.
    """
    customer_index = np.append(features[f.transformed_name("customer_id")], f.MISSING).astype(np.int32)
    keys = (*f.CUSTOMER_CATEGORIES, "age_bucket")
    categories = _with_missing([features[f.transformed_name(key)] for key in keys])
    categories[-1, -1] = 0
    age = np.append(features[f.transformed_name("age")], 0.0).astype(np.float32)
    return CustomerTable(customer_index=customer_index, categories=categories, age=age)


def _with_missing(columns: list[np.ndarray]) -> np.ndarray:
    """Stacks columns `[n]` to `[n + 1, columns]` int32; the last row is missing."""
    table = np.stack(columns, axis=1).astype(np.int32)
    return np.concatenate([table, np.full((1, table.shape[1]), f.MISSING, np.int32)])
