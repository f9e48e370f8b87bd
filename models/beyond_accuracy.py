"""Figures of recommendation lists that accuracy does not show: coverage, novelty, diversity, popularity, new arrivals.

Lists are rows of a matrix of article rows, padded with any number outside of `[0, num_articles)`. This module uses
NumPy only and does not import TensorFlow.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

DECILES = 10
Rows = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


def coverage(lists: Rows, catalogue: npt.NDArray[np.bool_]) -> float:
    """Returns catalogue coverage: the share of the catalogue's articles that occur in at least one list.

    Source: Ge, Delgado-Battenfeld and Jannach, Beyond accuracy: evaluating recommender systems by coverage and
    serendipity, RecSys 2010, section 3.2: |union of all lists| / |catalogue|.

    >>> coverage(np.array([[0, 1], [1, 4]], np.int32), np.array([True, True, True, True]))
    0.5

    Args:
        lists: `[lists, n]` article rows; 4 is padding in the example.
        catalogue: `[articles]` bool, which articles count; those of the lists that do not are ignored.

    Returns:
        A share in 0 to 1; NaN for an empty catalogue.
    """
    recommended = np.zeros(len(catalogue), dtype=bool)
    recommended[_real(lists, len(catalogue))] = True
    return float((recommended & catalogue).sum() / catalogue.sum()) if catalogue.any() else float("nan")


def self_information(buyers: npt.ArrayLike, num_customers: int) -> Floats:
    """Returns the self-information of each article in bits: log2(customers / buyers).

    Source: Zhou et al., Solving the apparent diversity-accuracy dilemma of recommender systems, PNAS 2010: a random
    customer has article i with probability k_i / u, so that to meet it surprises by log2(u / k_i). An article without
    buyers counts as one with one buyer.

    >>> self_information([8, 2, 0], 8).tolist()
    [0.0, 2.0, 3.0]

    Args:
        buyers: `[articles]` number of customers who bought each article.
        num_customers: number of customers, at least 1.
    """
    return np.log2(num_customers / np.maximum(np.asarray(buyers, dtype=np.float64), 1.0))


def novelty(lists: Rows, information: Floats) -> float:
    """Returns the mean self-information of all recommended articles, in bits; NaN without any.

    Source: as of `self_information`; the mean over the places of all lists.

    >>> novelty(np.array([[0, 1], [1, 2]], np.int32), np.array([1.0, 4.0]))
    3.0

    Args:
        lists: `[lists, n]` article rows, padded.
        information: `[articles]` from `self_information`.
    """
    return _mean(information[_real(lists, len(information))])


def intra_list_diversity(lists: Rows, vectors: npt.NDArray[np.float32]) -> float:
    """Returns the mean cosine distance of two articles of a list, as a mean over lists.

    Source: Smyth and McClave, Similarity vs. diversity, ICCBR 2001; Ziegler et al., Improving recommendation lists
    through topic diversification, WWW 2005. A list with fewer than two articles is left out. Of m unit vectors v, the
    sum of the cosines of all ordered pairs is |sum of v|^2 - m.

    Two articles at a right angle have the distance 1, two equal ones 0:

    >>> vectors = np.array([[1, 0], [0, 2], [3, 0]], np.float32)
    >>> intra_list_diversity(np.array([[0, 1], [0, 2]], np.int32), vectors)
    0.5

    Args:
        lists: `[lists, n]` article rows, padded.
        vectors: `[articles, dim]` float32 of any length; the cosine with a vector of zeros is 0.

    Returns:
        A distance in 0 to 2; NaN if no list has two articles.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    padded = np.vstack([unit, np.zeros((1, vectors.shape[1]), np.float32)]).astype(np.float64)
    chosen = padded[_padded_last(lists, len(vectors))]
    count = ((lists >= 0) & (lists < len(vectors))).sum(axis=1)
    # Not m: vectors of zeros have the length 0, not 1.
    squares = (chosen**2).sum(axis=(1, 2))
    cosines = (chosen.sum(axis=1) ** 2).sum(axis=1) - squares
    several = count >= 2
    return _mean(1.0 - cosines[several] / (count[several] * (count[several] - 1)))


def kinds_per_list(lists: Rows, kinds: npt.NDArray[np.int32]) -> float:
    """Returns the mean number of different kinds in a list, such as product types; NaN if all lists are empty.

    >>> kinds_per_list(np.array([[0, 1], [0, 2]], np.int32), np.array([7, 7, 9], np.int32))
    1.5

    Args:
        lists: `[lists, n]` article rows, padded; empty lists are left out.
        kinds: `[articles]` code of each article's kind; articles of unknown kind are of one.
    """
    found = np.append(kinds, np.int32(-2))[_padded_last(lists, len(kinds))]
    ordered = np.sort(found, axis=1)
    first = np.ones_like(ordered, dtype=bool)
    first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    counts = (first & (ordered != -2)).sum(axis=1)
    return _mean(counts[counts > 0])


def deciles_of_popularity(purchases: npt.ArrayLike) -> npt.NDArray[np.int8]:
    """Sorts the articles that were sold into ten groups of equal number, most purchases first.

    Source: the long tail is shown by tenths of the catalogue as by Celma, Music recommendation and discovery, 2010.
    Articles with equally many purchases are in the order of their rows.

    >>> deciles_of_popularity([5, 0, 9]).tolist()
    [5, -1, 0]

    Args:
        purchases: `[articles]` number of purchases.

    Returns:
        `[articles]` int8: 0 for the most popular tenth of the sold articles to 9; -1 for articles that were not sold.
    """
    counts = np.asarray(purchases)
    order = np.argsort(-counts, kind="stable")
    sold = int((counts > 0).sum())
    deciles = np.full(len(counts), -1, dtype=np.int8)
    deciles[order[:sold]] = np.arange(sold) * DECILES // max(sold, 1)
    return deciles


def shares_by_decile(lists: Rows, deciles: npt.NDArray[np.int8]) -> list[float]:
    """Returns the share of the recommendations in each decile of popularity, then of those that were not sold.

    >>> shares_by_decile(np.array([[0, 1, 2, 2]], np.int32), np.array([0, 9, -1], np.int8))
    [0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.25, 0.5]

    Args:
        lists: `[lists, n]` article rows, padded.
        deciles: from `deciles_of_popularity`.

    Returns:
        Eleven shares with the sum 1; all 0 without recommendations.
    """
    found = deciles[_real(lists, len(deciles))]
    places = np.where(found < 0, DECILES, found)
    counts = np.bincount(places, minlength=DECILES + 1)
    return (counts / max(len(found), 1)).tolist()


def share_of(lists: Rows, marked: npt.NDArray[np.bool_]) -> float:
    """Returns the share of the recommendations that are marked, such as new arrivals; NaN without recommendations.

    >>> share_of(np.array([[0, 1], [1, 5]], np.int32), np.array([False, True]))
    0.6666666666666666

    Args:
        lists: `[lists, n]` article rows, padded.
        marked: `[articles]` bool.
    """
    return _mean(marked[_real(lists, len(marked))].astype(np.float64))


def _real(lists: Rows, num_articles: int) -> Rows:
    """The article rows of all lists without padding."""
    rows = np.asarray(lists).ravel()
    return rows[(rows >= 0) & (rows < num_articles)]


def _padded_last(lists: Rows, num_articles: int) -> Rows:
    return np.where((lists >= 0) & (lists < num_articles), lists, num_articles)


def _mean(values: npt.NDArray) -> float:
    return float(values.mean()) if len(values) else float("nan")
