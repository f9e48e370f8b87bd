"""The best ranking there can be: articles by their true purchase probability in a period.

The probability that one unit of a customer's demand brings article b into the basket is `u(b | c, w)` of
`demand`; units are independent given the past, so `1 - (1 - u)^units` ranks as `u` does, and no recommender
that sees the past only can expect a better list.

A list needs no look at the whole catalogue. `u` is a sum of three tastes, each the same for all customers of
a style and palette, and of what the customer's few remembered purchases add. An article that is neither among
the first of one of the three tastes nor excited by a purchase cannot have more than the sum of the tastes'
values where their firsts end (the threshold algorithm of Fagin, Lotem and Naor, 2003). Where the k-th best
article has more than that, the list is exact; the few other customers are ranked over all articles.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from synthetic import demand
from synthetic.baskets import Market
from synthetic.memory import Memory

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_CELLS = 8_000_000
_CUSTOMERS = 4096
_FIRST = 64


@dataclasses.dataclass(frozen=True)
class _Demand:
    """What a unit of n customers' demand falls on.

    Attributes:
        scales: `[n, STYLES_EACH]` factors of the tastes.
        row, column, value: `[m]` what history adds, to which customer's which article on sale.
    """

    scales: Floats
    row: Ints
    column: Ints
    value: Floats


class Oracle:
    """True purchase probabilities in one period.

    Args:
        market: the period.
        first: how many articles of a taste are looked at before the whole catalogue is; 64 unless said.

    """

    def __init__(self, market: Market, first: int | None = None):
        self._market = market
        self._first = first or _FIRST
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
        full[:, self._on_sale] = self._of_on_sale(customers, self._demand(customers, memory))
        return full

    def rank(self, customers: Ints, memory: Memory, k: int = 12) -> Ints:
        """`[n, k]` articles by purchase probability, best first; equal ones by id."""
        k = min(k, len(self._on_sale))
        first = min(max(self._first, k), len(self._on_sale))
        leaders = np.argpartition(-self._taste, first - 1, axis=2)[..., :first]
        floor = np.take_along_axis(self._taste, leaders, axis=2).min(axis=2)
        if first == len(self._on_sale):
            floor[:] = -1.0  # nobody is left out
        best = np.empty((len(customers), k), np.int64)
        for start in range(0, len(customers), _CUSTOMERS):
            part = slice(start, start + _CUSTOMERS)
            best[part] = self._rank(customers[part], memory, k, leaders, floor)
        return self._on_sale[best]

    def _rank(self, customers: Ints, memory: Memory, k: int, leaders: Ints, floor: Floats) -> Ints:
        wanted = self._demand(customers, memory)
        rows, width = np.arange(len(customers)), len(self._on_sale)
        styles, palette = self._market.people.styles[customers], self._market.people.palette[customers]
        leading = rows[:, None, None] * width + leaders[styles, palette[:, None]]
        excited = wanted.row * width + wanted.column
        cells = np.unique(np.r_[leading.ravel(), excited])
        row, column = cells // width, cells % width
        score = self._of_taste(wanted.scales[row], styles[row], palette[row], column)
        np.add.at(score, np.searchsorted(cells, excited), wanted.value)
        order = np.lexsort((-score, row))
        first = np.searchsorted(row, rows)
        chosen = order[first[:, None] + np.arange(k)]
        best = column[chosen]
        most_elsewhere = sum(wanted.scales[:, i] * floor[styles[:, i], palette] for i in range(styles.shape[1]))
        unsure = np.flatnonzero(score[chosen[:, -1]] <= most_elsewhere)
        step = max(1, _CELLS // width)
        for start in range(0, len(unsure), step):
            some = unsure[start : start + step]
            best[some] = self._rank_all(customers[some], memory, k)
        return best

    def _rank_all(self, customers: Ints, memory: Memory, k: int) -> Ints:
        score = self._of_on_sale(customers, self._demand(customers, memory))
        top = np.sort(np.argpartition(-score, k - 1, axis=1)[:, :k], axis=1)
        order = np.argsort(-np.take_along_axis(score, top, axis=1), axis=1, kind="stable")
        return np.take_along_axis(top, order, axis=1)

    def _of_on_sale(self, customers: Ints, wanted: _Demand) -> Floats:
        people = self._market.people
        columns = np.arange(len(self._on_sale))
        chosen = self._of_taste(
            wanted.scales[:, None], people.styles[customers, None], people.palette[customers, None], columns
        )
        np.add.at(chosen, (wanted.row, wanted.column), wanted.value)
        return chosen

    def _of_taste(self, scales: Floats, styles: Ints, palette: Ints, column: Ints) -> Floats:
        total = scales[..., 0] * self._taste[styles[..., 0], palette, column]
        for place in range(1, styles.shape[-1]):
            total += scales[..., place] * self._taste[styles[..., place], palette, column]
        return total

    def _demand(self, customers: Ints, memory: Memory) -> _Demand:
        market, people = self._market, self._market.people
        remembered, weights = market.excitation(customers, memory)
        total = weights.sum(axis=(1, 2))
        share = demand.history_share(people.loyalty[customers], total)
        scales = np.stack([(1.0 - share) * style_share for style_share in people.style_shares], axis=1)
        per_weight = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
        rows, columns, values = [], [], []
        for number, link in enumerate(market.links):
            mass = market.masses[number][remembered]
            decayed = np.divide(weights[:, number], mass, out=np.zeros_like(mass), where=mass > 0)
            value = per_weight[:, None, None] * decayed[:, :, None] * market.coefficients[number][remembered]
            row, _, _ = some = np.nonzero(value)
            target = link.targets[remembered][some]
            beside = market.beside[target]
            brings, slot = np.nonzero(beside)
            partner = market.catalogue.partners[target[brings], slot]
            rows += [row, row[brings]]
            columns += [self._column[target], self._column[partner]]
            values += [value[some], value[some][brings] * beside[brings, slot]]
        return _Demand(scales, np.concatenate(rows), np.concatenate(columns), np.concatenate(values))
