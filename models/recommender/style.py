"""Style vectors: what articles look like and what their texts say, in few values of unit length."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from transforms.content import ContentVectors

STYLE_VALUES = 32  # first principal components that are read


def style_tables(content: Mapping[str, ContentVectors]) -> dict[str, np.ndarray]:
    """Returns `style_<kind>` for each kind of content.

    Args:
        content: content vectors by kind, one row for each article.

    Returns:
        `[articles + 1, n]` float32 of length 1; zeros for articles without a vector and for the padding article. n is
        `STYLE_VALUES`, or the size of the content vectors if that is smaller; 0 if no article has a vector.
    """
    return {f"style_{kind}": np.pad(each.unit(STYLE_VALUES), [(0, 1), (0, 0)]) for kind, each in content.items()}
