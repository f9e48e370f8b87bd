"""Tables of the state that only reasons read."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from transforms.features import SEGMENT_AGES

UNRANKED = 1_000_000


def popular_ranks(rows: np.ndarray, customers: np.ndarray, num_articles: int) -> np.ndarray:
    """Finds the place of each article among the popular articles of each age segment.

    Args:
        rows: `[segments, n]` int32 popular articles, best first, padded with the number of articles.
        customers: `[segments, n]`, number of customers of the segment who bought each in the last days.
        num_articles: number of articles.

    Returns:
        `[articles + 1, segments]` int32 ranks from 1; `UNRANKED` for articles that are not in the list, or that no
        customer of the segment bought in the last days.
    """
    ranks = np.full((num_articles + 1, len(rows)), UNRANKED, np.int32)
    segment, place = np.nonzero((rows < num_articles) & (customers > 0))
    ranks[rows[segment, place], segment] = place + 1
    return ranks


def reason_names(departments: Sequence[str]) -> np.ndarray:
    """Returns the names that reasons carry: departments by code, then the ages of the segments from 1.

    Args:
        departments: names by department code.

    Returns:
        `[departments + segments - 1]` strings. Ages are such as "0-22", "23-27" and "55+".
    """
    bounds = [0, *map(int, SEGMENT_AGES)]
    ages = [f"{first}-{end - 1}" for first, end in itertools.pairwise(bounds)] + [f"{bounds[-1]}+"]
    return np.array([*departments, *ages], dtype=object)
