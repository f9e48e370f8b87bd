"""The articles nearest to some articles by their pictures and by their texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from components.insights.shop_articles import ShopArticles
from transforms.content import COMPARED_VALUES, ContentVectors, nearest_rows

NUM_ARTICLES, NEAREST = 6, 6


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
    units = {kind: each.unit(COMPARED_VALUES) for kind, each in kinds.items()}
    return {
        "articles": [
            {
                **articles.described(int(row)),
                "nearest": {
                    kind: [
                        articles.described(near)
                        for near in nearest_rows(
                            vectors, vectors[row], NEAREST, left_out=articles.products == articles.products[row]
                        )
                    ]
                    for kind, vectors in units.items()
                },
            }
            for row in rows
        ]
    }
