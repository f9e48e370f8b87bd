"""The articles nearest to some articles by their pictures and by their texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from components.insights.shop_articles import ShopArticles
from transforms.content import ContentVectors

NUM_ARTICLES, NEAREST = 6, 6
_VALUES = 64  # principal components that are compared


def neighbours(articles: ShopArticles, content: Mapping[str, ContentVectors], *, seed: int) -> dict[str, Any]:
    """Finds the nearest articles of other products for a sample of articles.

    The sample is drawn from the articles sold in the last 28 days that have a vector of each kind that any article has.

    Args:
        articles: articles of the state.
        content: content vectors by kind.
        seed: seed of the sample.

    Returns:
        A tree for JSON: for each sampled article its description and, by kind, the nearest, best first.
    """
    kinds = {kind: each for kind, each in content.items() if each.known.any()}
    described = np.all([each.known for each in kinds.values()], axis=0) if kinds else np.zeros(len(articles.ids), bool)
    sold = np.flatnonzero(described & (articles.number("purchases_28d") > 0))
    rows = np.random.default_rng(seed).permutation(sold)[:NUM_ARTICLES]
    units = {kind: each.unit(_VALUES) for kind, each in kinds.items()}
    return {
        "articles": [
            {
                **articles.described(int(row)),
                "nearest": {
                    kind: [
                        articles.described(near) for near in _nearest(vectors, kinds[kind].known, int(row), articles)
                    ]
                    for kind, vectors in units.items()
                },
            }
            for row in rows
        ]
    }


def _nearest(vectors: npt.NDArray[np.float32], known: npt.NDArray, row: int, articles: ShopArticles) -> list[int]:
    cosines = vectors @ vectors[row]
    cosines[~known | (articles.products == articles.products[row])] = -np.inf
    best = np.argsort(-cosines, kind="stable")[:NEAREST]
    return [int(near) for near in best if np.isfinite(cosines[near])]
