"""Choices of the last days that rankings of articles are judged on: an anchor of a basket and another group of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from components.features.look_facts import LookFacts
from components.features.look_model import Choices
from components.features.look_pairs import Baskets

K = 12
_BATCH = 256


def draw_choices(baskets: Baskets, facts: LookFacts, sold: np.ndarray, random: np.random.Generator) -> Choices:
    """Draws an anchor and another group from each basket.

    Args:
        baskets: judged baskets.
        facts: facts before them.
        sold: `[articles]` bool, articles sold before; others are left out of the baskets.
        random: source of the draws.
    """
    place = {int(code): position for position, code in enumerate(facts.kept)}
    found: list[tuple[int, int, int, np.ndarray]] = []
    for basket in range(len(baskets)):
        rows = baskets.article_rows[baskets.starts[basket] : baskets.starts[basket + 1]]
        rows = rows[sold[rows] & (facts.groups[rows] >= 0)]
        groups = facts.groups[rows]
        if len(np.unique(groups)) < 2:
            continue
        anchor = random.integers(len(rows))
        group = random.choice(np.setdiff1d(groups, groups[anchor]))
        found.append((rows[anchor], baskets.customer_rows[basket], place[int(group)], rows[groups == group]))
    anchors, customers, positions = (np.array([each[i] for each in found], np.int32) for i in range(3))
    return Choices(anchors, customers, positions, [each[3] for each in found])


def recall_of(choices: Choices, facts: LookFacts, score: Callable[[int, np.ndarray], np.ndarray]) -> np.ndarray:
    """Judges a ranking.

    Args:
        choices: judged choices.
        facts: facts before them, with the candidates.
        score: returns the scores `[n, candidates]` of a group, given its position and the positions of n choices.

    Returns:
        `[choices]` float64: share of the bought articles of the group among the `K` best candidates.
    """
    recall = np.zeros(len(choices))
    for position, rows in enumerate(facts.candidates):
        for chosen in in_batches(np.flatnonzero(choices.positions == position)):
            scores = np.where(facts.same_product(choices.anchors[chosen], rows), -np.inf, score(position, chosen))
            order = np.argsort(-scores, axis=1, kind="stable")[:, :K]
            best = np.where(np.isneginf(np.take_along_axis(scores, order, axis=1)), -1, rows[order])
            for i, answered in zip(chosen, best, strict=True):
                recall[i] = np.isin(choices.bought[i], answered).mean()
    return recall


def in_batches(positions: np.ndarray) -> list[np.ndarray]:
    """Splits positions, `[n]`, into parts that are ranked at once; none if there are no positions."""
    return np.array_split(positions, -(-len(positions) // _BATCH)) if len(positions) else []
