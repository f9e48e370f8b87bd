"""A map of articles: the vectors of the candidate tower in two dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from components.insights.shop_articles import PRODUCT_GROUP, ShopArticles

MAX_POINTS = 2_000
Floats = npt.NDArray[np.float64]


def article_map(articles: ShopArticles, *, seed: int) -> dict[str, Any]:
    """Places articles by the first two principal components of their unit vectors.

    The components are those of all articles; a sample of the articles sold in the last 90 days is placed, of all
    articles if there is none.

    Args:
        articles: articles of the state.
        seed: seed of the sample, whose order is random too.

    Returns:
        A tree for JSON: the shares of the variance, the number of articles that were sampled from, and the points.
    """
    units = _unit(articles.vectors)
    sold = np.flatnonzero(articles.number("purchases_90d") > 0)
    sold = sold if len(sold) else np.arange(len(units))
    components, shares = principal_components(units)
    rows = np.random.default_rng(seed).permutation(sold)[:MAX_POINTS]
    places = (units[rows] - units.mean(axis=0)) @ components.T
    groups = articles.names[PRODUCT_GROUP]
    points = [
        {**articles.described(int(row)), "group": groups[row], "x": round(float(x), 4), "y": round(float(y), 4)}
        for row, (x, y) in zip(rows, places, strict=True)
    ]
    return {"variance": shares, "articles": len(sold), "points": points}


def principal_components(values: Floats) -> tuple[Floats, list[float]]:
    """Computes the two first principal components.

    Source: Pearson, On lines and planes of closest fit to systems of points in space, 1901: the eigenvectors of the
    covariance with the largest eigenvalues. The sign of each is such that its largest coefficient is positive.

    >>> components, shares = principal_components(np.array([[0.0, 3.0], [0.0, -3.0], [1.0, 0.0], [-1.0, 0.0]]))
    >>> components.round(6).tolist(), [round(share, 6) for share in shares]
    ([[0.0, 1.0], [1.0, 0.0]], [0.9, 0.1])

    Args:
        values: `[rows, dim]`, at least one row and two columns.

    Returns:
        The components, `[2, dim]`, and their shares of the variance; 0 without variance.
    """
    centred = values - values.mean(axis=0)
    variances, vectors = np.linalg.eigh(centred.T @ centred)
    components = vectors.T[::-1][:2]
    largest = np.take_along_axis(components, np.abs(components).argmax(axis=1)[:, None], axis=1)
    shares = variances[::-1][:2] / max(float(variances.sum()), 1e-12)
    return components * np.where(largest < 0, -1.0, 1.0), shares.tolist()


def _unit(vectors: npt.NDArray[np.float32]) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros(vectors.shape), where=lengths > 0)
