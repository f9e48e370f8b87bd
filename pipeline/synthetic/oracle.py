"""The best ranking there can be: articles by their true purchase probability in a period.

The probability that one unit of a customer's demand brings article b into the basket is `u(b | c, w)` of
`demand`; units are independent given the past, so `1 - (1 - u)^units` ranks as `u` does, and no recommender
that sees the past only can expect a better list.
"""

import numpy as np
import numpy.typing as npt

from pipeline.synthetic import demand
from pipeline.synthetic.baskets import Market
from pipeline.synthetic.memory import Memory

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_CELLS = 8_000_000


class Oracle:
    """True purchase probabilities in one period.

    Args:
        market: the period.

    """

    def __init__(self, market: Market):
        self._market = market
        catalogue = market.catalogue
        self._on_sale = np.flatnonzero(catalogue.on_sale(market.period))
        self._column = np.full(len(catalogue), -1, np.int64)
        self._column[self._on_sale] = np.arange(len(self._on_sale))
        # u is linear in p, so what a unit of taste brings along is worked out once per style and palette.
        taste = market.base[:, None, :] * market.liking[:, catalogue.family] / market.norms[:, :, None]
        brought = np.zeros_like(taste)
        for place in range(market.beside.shape[1]):
            source = np.flatnonzero(market.beside[:, place])
            target = catalogue.partners[source, place]
            carried = taste[:, :, source] * market.beside[source, place]
            for style in range(len(brought)):
                np.add.at(brought[style].T, target, carried[style].T)
        self._taste = (taste + brought)[..., self._on_sale]

    def unit_probability(self, customers: Ints, memory: Memory) -> Floats:
        """`[n, A]` expected number of units of each article per unit of demand, u of `demand`."""
        full = np.zeros((len(customers), len(self._column)))
        full[:, self._on_sale] = self._of_on_sale(customers, memory)
        return full

    def rank(self, customers: Ints, memory: Memory, k: int = 12) -> Ints:
        """`[n, k]` articles by purchase probability, best first; equal ones by id."""
        k = min(k, len(self._on_sale))
        best = np.empty((len(customers), k), np.int64)
        step = max(1, _CELLS // len(self._on_sale))
        for start in range(0, len(customers), step):
            part = slice(start, start + step)
            score = self._of_on_sale(customers[part], memory)
            top = np.sort(np.argpartition(-score, k - 1, axis=1)[:, :k], axis=1)
            order = np.argsort(-np.take_along_axis(score, top, axis=1), axis=1, kind="stable")
            best[part] = np.take_along_axis(top, order, axis=1)
        return self._on_sale[best]

    def _of_on_sale(self, customers: Ints, memory: Memory) -> Floats:
        market, people = self._market, self._market.people
        remembered, weights = market.excitation(customers, memory)
        total = weights.sum(axis=(1, 2))
        share = demand.history_share(people.loyalty[customers], total)
        chosen = np.zeros((len(customers), len(self._on_sale)))
        for place, style_share in enumerate(people.style_shares):
            scale = (1.0 - share) * style_share
            chosen += scale[:, None] * self._taste[people.styles[customers, place], people.palette[customers]]
        per_weight = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
        for number, link in enumerate(market.links):
            mass = market.masses[number][remembered]
            decayed = np.divide(weights[:, number], mass, out=np.zeros_like(mass), where=mass > 0)
            value = per_weight[:, None, None] * decayed[:, :, None] * market.coefficients[number][remembered]
            row, _, _ = some = np.nonzero(value)
            target = link.targets[remembered][some]
            self._add(chosen, row, target, value[some])
            beside = market.beside[target]
            brings, slot = np.nonzero(beside)
            partner = market.catalogue.partners[target[brings], slot]
            self._add(chosen, row[brings], partner, value[some][brings] * beside[brings, slot])
        return chosen

    def _add(self, chosen: Floats, row: Ints, article: Ints, value: Floats) -> None:
        np.add.at(chosen.reshape(-1), row * chosen.shape[1] + self._column[article], value)
