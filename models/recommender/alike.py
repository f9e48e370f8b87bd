"""Articles that are alike: by their pictures, their texts and the behaviour of customers.

Each article has one vector, so the similarity of two articles is an inner product and an index finds the nearest:

    alike = sum over kinds of weight_kind * cosine_kind,   kinds: picture, text, behaviour

The behaviour is the article's embedding by the candidate tower. An article without a picture has the cosine 0 with all
others in that kind.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.recommender.config import AlikeConfig
from transforms.content import COMPARED_VALUES, ContentVectors, unit_vectors


def alike_vectors(embeddings: np.ndarray, content: Mapping[str, ContentVectors], config: AlikeConfig) -> np.ndarray:
    """Joins the vectors of articles.

    Args:
        embeddings: `[articles, dim]` float32, from the candidate tower.
        content: content vectors by kind, `picture` and `text`.
        config: weights of the kinds. Kinds of size 0 count nothing.

    Returns:
        `[articles, values]` float32, of length 1 at most.
    """
    weighted = (
        (config.picture, content["picture"].unit(COMPARED_VALUES)),
        (config.text, content["text"].unit(COMPARED_VALUES)),
        (config.behaviour, unit_vectors(embeddings)),
    )
    total = sum(weight for weight, vectors in weighted if vectors.shape[1])
    parts = [np.sqrt(weight / total) * vectors for weight, vectors in weighted if vectors.shape[1]]
    return np.concatenate(parts, axis=1)
