"""The oracle: ranks articles by their true purchase probability in a period, the best possible ranking.

The expected number of units of article b for one unit of a customer's demand is `u(b | c, w)` of `demand`. Units are
independent given the past, so `1 - (1 - u)^units` gives the same ranking as `u`, and no recommender that only knows the
past has a better expectation.

Most lists do not need scores of all articles. `u` is the sum of three tastes, each the same for all customers of a
style, eye and palette, and of the effects of the customer's recent purchases. An article that is neither among the
first ones of a taste nor related to a recent purchase scores at most the sum of the scores at which the first ones of
each taste end (the threshold algorithm of Fagin, Lotem and Naor, 2003). If the k-th best article scores more, the list
is exact. The few other customers are ranked over all articles.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from synthetic import demand
from synthetic.baskets import Market
from synthetic.memory import Memory

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
MAX_CELLS = 8_000_000  # scores in memory at a time
BATCH_CUSTOMERS = 4096
FIRST_ARTICLES = 64


@dataclasses.dataclass(frozen=True)
class _Demand:
    """The parts of the score of n customers.

    Attributes:
        scales: `[n, STYLES_EACH]` factors of the tastes.
        row, column, value: `[m]` customer, article on sale and value of each effect of a recent purchase.
    """

    scales: Floats
    row: Ints
    column: Ints
    value: Floats


class Oracle:
    """True purchase probabilities in one period.

    Args:
        market: the period.
        first: number of articles of each taste that are scored first; `FIRST_ARTICLES` if None.

    Attributes:
        ranked_in_full: number of customers so far that were ranked over all articles.
    """

    def __init__(self, market: Market, first: int | None = None):
        self._market = market
        self._first = first or FIRST_ARTICLES
        self.ranked_in_full = 0
        catalogue = market.catalogue
        self._on_sale = market.on_sale
        self._column = np.full(len(catalogue), -1, np.int64)
        self._column[self._on_sale] = np.arange(len(self._on_sale))
        # u is linear in p, so the partners of a unit of taste are computed once for each style and palette.
        liking = market.liking[:, catalogue.family[self._on_sale]]
        slots = range(market.partner_probability.shape[1])
        links = [links for links in map(self._partner_links, slots) if len(links[0])]
        self._taste = np.empty((len(market.base), len(liking), len(self._on_sale)))
        for row, base in enumerate(market.base):
            taste = base * liking / market.norms[row][:, None]
            self._taste[row] = taste
            for source, target, start, probability in links:
                added = np.add.reduceat(taste[:, source] * probability, start, axis=1)
                self._taste[row][:, target] += added

    def unit_probability(self, customers: Ints, memory: Memory) -> Floats:
        """`[n, A]` expected number of units of each article for one unit of demand, u of `demand`.

        Args:
            customers: `[n]` positions of customers.
            memory: purchases before the period.
        """
        full = np.zeros((len(customers), len(self._column)))
        full[:, self._on_sale] = self._of_on_sale(customers, self._demand(customers, memory))
        return full

    def rank(self, customers: Ints, memory: Memory, k: int = 12) -> Ints:
        """`[n, k]` articles by purchase probability, best first; ties by id.

        Args:
            customers: `[n]` positions of customers.
            memory: purchases before the period.
            k: number of articles.
        """
        k = min(k, len(self._on_sale))
        first = min(max(self._first, k), len(self._on_sale))
        leaders = np.stack([np.argpartition(-taste, first - 1, axis=1)[:, :first] for taste in self._taste])
        floor = np.take_along_axis(self._taste, leaders, axis=2).min(axis=2)
        if first == len(self._on_sale):
            floor[:] = -1.0  # all articles are scored
        best = np.empty((len(customers), k), np.int64)
        for start in range(0, len(customers), BATCH_CUSTOMERS):
            part = slice(start, start + BATCH_CUSTOMERS)
            best[part] = self._rank(customers[part], memory, k, leaders, floor)
        return self._on_sale[best]

    def ranks(self, customers: Ints, articles: Ints, memory: Memory) -> Ints:
        """`[m]` rank of an article for a customer, from 1, among all articles on sale; ties by id.

        Args:
            customers: `[m]` positions of customers.
            articles: `[m]` positions of articles on sale.
            memory: purchases before the period.
        """
        ranks = np.empty(len(customers), np.int64)
        columns = np.arange(len(self._on_sale))
        step = max(1, MAX_CELLS // len(columns))
        for start in range(0, len(customers), step):
            part = slice(start, start + step)
            column = self._column[articles[part], None]
            score = self._of_on_sale(customers[part], self._demand(customers[part], memory))
            own = np.take_along_axis(score, column, axis=1)
            ranks[part] = 1 + ((score > own) | ((score == own) & (columns < column))).sum(axis=1)
        return ranks

    def _rank(self, customers: Ints, memory: Memory, k: int, leaders: Ints, floor: Floats) -> Ints:
        parts = self._demand(customers, memory)
        rows, width = np.arange(len(customers)), len(self._on_sale)
        styles, palette = self._market.people.tastes[customers], self._market.people.palette[customers]
        leading = rows[:, None, None] * width + leaders[styles, palette[:, None]]
        excited = parts.row * width + parts.column
        cells = np.unique(np.r_[leading.ravel(), excited])
        row, column = cells // width, cells % width
        score = self._of_taste(parts.scales[row], styles[row], palette[row], column)
        np.add.at(score, np.searchsorted(cells, excited), parts.value)
        order = np.lexsort((-score, row))
        first = np.searchsorted(row, rows)
        chosen = order[first[:, None] + np.arange(k)]
        best = column[chosen]
        max_of_others = sum(parts.scales[:, i] * floor[styles[:, i], palette] for i in range(styles.shape[1]))
        inexact = np.flatnonzero(score[chosen[:, -1]] <= max_of_others)
        step = max(1, MAX_CELLS // width)
        for start in range(0, len(inexact), step):
            some = inexact[start : start + step]
            best[some] = self._rank_all(customers[some], memory, k)
        return best

    def _rank_all(self, customers: Ints, memory: Memory, k: int) -> Ints:
        self.ranked_in_full += len(customers)
        score = self._of_on_sale(customers, self._demand(customers, memory))
        top = np.sort(np.argpartition(-score, k - 1, axis=1)[:, :k], axis=1)
        order = np.argsort(-np.take_along_axis(score, top, axis=1), axis=1, kind="stable")
        return np.take_along_axis(top, order, axis=1)

    def _partner_links(self, number: int) -> tuple[Ints, Ints, Ints, Floats]:
        """Links to the partners on sale of one slot, sorted by the partner.

        Returns:
            Columns of the articles `[m]`, columns of their distinct partners `[p]`, the first link of each partner
            `[p]`, and probabilities `[m]`. A partner without links is left out.
        """
        market = self._market
        probability = market.partner_probability[self._on_sale, number]
        source = np.flatnonzero(probability)
        target = self._column[market.catalogue.partners[self._on_sale[source], number]]
        order = np.argsort(target, kind="stable")
        partners, first = np.unique(target[order], return_index=True)
        return source[order], partners, first, probability[source[order]]

    def _of_on_sale(self, customers: Ints, parts: _Demand) -> Floats:
        people = self._market.people
        columns = np.arange(len(self._on_sale))
        chosen = self._of_taste(
            parts.scales[:, None], people.tastes[customers, None], people.palette[customers, None], columns
        )
        np.add.at(chosen, (parts.row, parts.column), parts.value)
        return chosen

    def _of_taste(self, scales: Floats, styles: Ints, palette: Ints, column: Ints) -> Floats:
        total = scales[..., 0] * self._taste[styles[..., 0], palette, column]
        for number in range(1, styles.shape[-1]):
            total += scales[..., number] * self._taste[styles[..., number], palette, column]
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
            probability = market.partner_probability[target]
            with_partner, slot = np.nonzero(probability)
            partner = market.catalogue.partners[target[with_partner], slot]
            rows += [row, row[with_partner]]
            columns += [self._column[target], self._column[partner]]
            values += [value[some], value[some][with_partner] * probability[with_partner, slot]]
        return _Demand(scales, np.concatenate(rows), np.concatenate(columns), np.concatenate(values))
