"""Fits the look model: which articles of another group are bought in one basket with an article.

Two conditional logits, learned from the baskets of the last weeks before a state's day: which group goes with an anchor
article, and which candidate of that group. The inputs of a week are the facts before it, so that no basket explains
itself.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from components.features.conditional_logit import fit_conditional_logit
from components.features.look_facts import GROUP_INPUTS, INPUTS, LookFacts
from components.features.look_pairs import Baskets
from components.features.look_tastes import Tastes

MAX_CHOICES = 3_000  # of all weeks
ALTERNATIVES = 200  # of a choice, besides what was bought; more candidates are sampled
RIDGE = 3.0


@dataclasses.dataclass(frozen=True)
class Choices:
    """Choices of one week: an anchor, a group, and what was bought of the group.

    Attributes:
        anchors: `[n]` int32 article rows.
        customers: `[n]` int32 customer rows.
        positions: `[n]` int32 position of the group in `LookFacts.kept`.
        bought: article rows of the basket that are of the group, for each choice.
    """

    anchors: np.ndarray
    customers: np.ndarray
    positions: np.ndarray
    bought: list[np.ndarray]

    def __len__(self) -> int:
        return len(self.anchors)


@dataclasses.dataclass(frozen=True)
class Examples:
    """Alternatives of the choices of one week, for `fit_conditional_logit`.

    Attributes:
        inputs: `[alternatives, m]` float32.
        labels: `[alternatives]` float64.
        lengths: `[choices]` int number of alternatives.
    """

    inputs: np.ndarray
    labels: np.ndarray
    lengths: np.ndarray


@dataclasses.dataclass(frozen=True)
class LookWeights:
    """The fitted weights.

    Attributes:
        articles: `[len(INPUTS)]` float64.
        groups: `[len(GROUP_INPUTS)]` float64.
        choices: number of choices that `articles` was fitted on.
    """

    articles: np.ndarray
    groups: np.ndarray
    choices: int


def read_choices(baskets: Baskets, facts: LookFacts, limit: int, random: np.random.Generator) -> Choices:
    """Draws an anchor from each basket of several groups, and makes a choice of each other group of the basket.

    Only candidates count as bought; a group of which none was bought makes no choice.

    Args:
        baskets: baskets on or after the day of the facts.
        facts: facts before them.
        limit: maximum number of choices.
        random: source of the draws.
    """
    place = np.full(int(facts.kept.max(initial=-1)) + 2, -1, np.int32)
    place[facts.kept] = np.arange(len(facts.kept))
    is_candidate = np.zeros(facts.catalogue.size, bool)
    for rows in facts.candidates:
        is_candidate[rows] = True
    found: list[tuple[int, int, int, np.ndarray]] = []
    for basket in random.permutation(len(baskets)):
        rows = baskets.article_rows[baskets.starts[basket] : baskets.starts[basket + 1]]
        positions = place[facts.groups[rows]]
        anchor = int(random.integers(len(rows)))
        bought = (positions >= 0) & (positions != positions[anchor]) & is_candidate[rows]
        for position in np.unique(positions[bought]) if positions[anchor] >= 0 else ():
            chosen = rows[bought & (positions == position)]
            found.append((rows[anchor], baskets.customer_rows[basket], position, chosen))
        if len(found) >= limit:
            break
    anchors, customers, positions = (np.array([each[i] for each in found], np.int32) for i in range(3))
    return Choices(anchors, customers, positions, [each[3] for each in found])


def article_examples(choices: Choices, facts: LookFacts, tastes: Tastes, random: np.random.Generator) -> Examples:
    """Candidates of each choice, of other products than the anchor's, with their inputs.

    Others than the bought ones are drawn with one probability each, which leaves the estimate of a conditional logit
    consistent (McFadden, 1978).

    Args:
        choices: choices.
        facts: facts before them.
        tastes: tastes of `choices.customers`.
        random: source of the draws.
    """
    inputs, labels, lengths = [np.zeros((0, len(INPUTS)), np.float32)], [np.zeros(0)], []
    for position, rows in enumerate(facts.candidates):
        chosen = np.flatnonzero(choices.positions == position)
        if not len(chosen):
            continue
        anchors = choices.anchors[chosen]
        bought = np.stack([np.isin(rows, choices.bought[i]) for i in chosen])
        others = ~facts.same_product(anchors, rows)
        bought &= others
        real = bought.any(axis=1)
        drawn = others & (bought | (random.random(others.shape) < ALTERNATIVES / len(rows)))
        values = facts.inputs(position, anchors[real], tastes.of(chosen[real]))
        inputs.append(values[drawn[real]])
        shares = bought[real] / bought[real].sum(axis=1, keepdims=True)
        labels.append(shares[drawn[real]])
        lengths.append(drawn[real].sum(axis=1))
    return Examples(np.concatenate(inputs), np.concatenate(labels), np.concatenate([np.zeros(0, int), *lengths]))


def group_examples(choices: Choices, facts: LookFacts) -> Examples:
    """The other groups of each anchor, with their inputs. A group is chosen as often as the anchor's choices name it.

    Args:
        choices: choices.
        facts: facts before them.
    """
    anchors, of_anchor = np.unique(choices.anchors, return_inverse=True)
    counts = np.zeros((len(anchors), len(facts.kept)))
    np.add.at(counts, (of_anchor, choices.positions), 1.0)
    others = facts.kept[None, :] != facts.groups[anchors][:, None]
    inputs = facts.group_inputs(anchors)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return Examples(inputs[others], shares[others], others.sum(axis=1))


def fit(weeks: list[tuple[Examples, Examples]]) -> LookWeights:
    """Fits both logits.

    Without a choice, popular groups and articles are answered.

    Args:
        weeks: examples of articles and of groups, for each week.
    """
    articles, groups = ([week[i] for week in weeks if len(week[i].lengths)] for i in (0, 1))
    choices = sum(len(each.lengths) for each in articles)
    if not choices:
        popular = [
            np.array([float(name.startswith("purchases")) for name in names]) for names in (INPUTS, GROUP_INPUTS)
        ]
        return LookWeights(popular[0], popular[1], 0)
    return LookWeights(_fitted(articles), _fitted(groups), choices)


def _fitted(examples: list[Examples]) -> np.ndarray:
    inputs, labels, lengths = (
        np.concatenate([getattr(each, name) for each in examples]) for name in ("inputs", "labels", "lengths")
    )
    starts = np.append(0, np.cumsum(lengths)[:-1])
    return fit_conditional_logit(inputs, labels, starts, RIDGE)
