"""Figures of a cell for each customer, computed with numpy only.

Articles are rows of the catalogue. Articles that are not in the catalogue have rows that no list contains.
"""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from models.metrics import average_precision, hit_matrix, per_customer, recall

K = 12
Lists = Sequence[Sequence[int]]
Bought = Sequence[Collection[int]]
PAST = ("none", "1", "2 to 5", "more")


def figures(lists: Lists, bought: Bought) -> dict[str, list[float]]:
    """All of `METRICS` for each customer, with six digits.

    Args:
        lists: recommended rows of each customer.
        bought: bought rows of each customer.
    """
    return {name: rounded(values) for name, values in per_customer(lists, bought).items()}


def share_found(lists: Lists, bought: Bought, k: int) -> np.ndarray:
    """Share of each customer's purchases that are among the first k of the list, `[customers]`.

    >>> share_found([[3, 1, 2], [4, 5, 6]], [{1, 9}, {6}], k=2).tolist()
    [0.5, 0.0]

    Args:
        lists: recommended rows of each customer.
        bought: bought rows of each customer.
        k: number of rows of the list that count.
    """
    return recall(hit_matrix(lists, bought, k), counts(bought))


def at_best(lists: Lists, bought: Bought) -> np.ndarray:
    """MAP@12 of the candidates in the best possible order, `[customers]`.

    One of two purchases found gives (1/1) / 2:

    >>> at_best([[7, 8, 1]], [{1, 2}]).tolist()
    [0.5]
    """
    width = max(K, max((len(each) for each in lists), default=0))
    hits = hit_matrix(lists, bought, width)
    return average_precision(np.sort(hits, axis=1)[:, ::-1][:, :K], counts(bought))


def counts(bought: Bought) -> np.ndarray:
    """Number of articles that each customer bought, `[customers]` int64."""
    return np.array([len(each) for each in bought], np.int64)


def past_group(purchases: int) -> str:
    """The group in `PAST` of a customer by the number of purchases.

    >>> [past_group(number) for number in (0, 1, 2, 5, 6)]
    ['none', '1', '2 to 5', '2 to 5', 'more']
    """
    return PAST[0] if purchases < 1 else PAST[1] if purchases == 1 else PAST[2] if purchases <= 5 else PAST[3]


def never_sold(bought: Bought, sold: Collection[int], candidates: Lists, top: Lists, popular: Lists) -> dict[str, int]:
    """Counts purchases of articles that were never sold before, and how many of them were found.

    Args:
        bought: bought rows of each customer.
        sold: rows that were sold before.
        candidates: candidates of each customer.
        top: recommended rows of each customer.
        popular: rows of a baseline for each customer.

    >>> never_sold([{1, 8}, {9}], {1}, [[8, 1], [1]], [[8], [1]], [[1], [1]])
    {'purchases': 3, 'new': 2, 'among_candidates': 1, 'recommended': 1, 'popular': 0}
    """
    new = [set(each) - set(sold) for each in bought]

    def found(lists: Lists) -> int:
        return sum(len(wanted.intersection(each)) for wanted, each in zip(new, lists, strict=True))

    return {
        "purchases": int(counts(bought).sum()),
        "new": sum(map(len, new)),
        "among_candidates": found(candidates),
        "recommended": found([each[:K] for each in top]),
        "popular": found([each[:K] for each in popular]),
    }


def roc_auc(scores: np.ndarray, positive: np.ndarray) -> float:
    """Share of pairs of a positive and a negative in the correct order of scores; ties count half.

    >>> roc_auc(np.array([3.0, 1.0, 2.0, 1.0]), np.array([True, True, False, False]))
    0.625
    """
    others = np.sort(scores[~positive])
    below = np.searchsorted(others, scores[positive], "left")
    not_above = np.searchsorted(others, scores[positive], "right")
    return float((below + not_above).mean() / 2 / len(others))


def on_sampled(scores: np.ndarray, positive: np.ndarray, real: np.ndarray) -> dict[str, Any]:
    """AUC, and precision and recall with a threshold of one half for the sigmoid of the score.

    Args:
        scores: `[customers, n]` logits.
        positive: `[customers, n]` bool.
        real: `[customers, n]` bool, False for padding.
    """
    scores, positive = scores[real], positive[real]
    chosen = scores >= 0
    return {
        "positives": int(positive.sum()),
        "negatives": int((~positive).sum()),
        "auc": roc_auc(scores, positive),
        "precision": float(positive[chosen].mean()) if chosen.any() else 0.0,
        "recall": float(chosen[positive].mean()),
    }


def rounded(values: np.ndarray) -> list[float]:
    """Rounds values to six digits, for JSON."""
    return [round(float(value), 6) for value in values]
