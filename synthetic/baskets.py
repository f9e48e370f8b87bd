"""Draws the purchases of one period from the intensities of `demand`."""

import numpy as np
import numpy.typing as npt

from synthetic import demand
from synthetic.catalogue import Catalogue
from synthetic.memory import Memory
from synthetic.people import People
from synthetic.wheel import Wheel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Market:
    """The shop in one period: everything a draw or a true probability needs.

    Args:
        catalogue: the articles.
        people: the customers.
        styles: the latent styles.
        links: links between articles.
        appeal: `[A]` of the period, see `demand.appeal`.
        period: number of the period.

    Attributes:
        base: `[K, A]` B_k(a).
        norms: `[K, palettes]` sum of B_k(a) m_p(colour of a) over the articles.
        liking: `[palettes, families]`.
        coefficients: for each link `[A, m]`, towards what is on sale.
        masses: `[L, A]` their sums over the targets.
        beside: `[A, PARTNERS]` probability that a unit of an article brings the partner along.

    """

    def __init__(
        self,
        catalogue: Catalogue,
        people: People,
        styles: demand.Styles,
        links: tuple[demand.Link, ...],
        appeal: Floats,
        period: int,
    ):
        self.catalogue, self.people, self.links, self.period = catalogue, people, links, period
        on_sale = catalogue.on_sale(period)
        self.base = styles.affinity * appeal
        self.liking = demand.liking(catalogue)
        self.coefficients = [link.now(on_sale) for link in links]
        self.masses = np.stack([c.sum(axis=1) for c in self.coefficients])
        has = (catalogue.partners >= 0) & on_sale[catalogue.partners]
        self.beside = demand.BESIDE * catalogue.partner_weights * has
        # Articles ordered by colour family: a family's share of a style is a stretch of its running sum.
        self._by_family = np.argsort(catalogue.family, kind="stable")
        self._ends = np.searchsorted(
            catalogue.family[self._by_family], np.arange(len(catalogue.families)), side="right"
        )
        self._style_wheel = Wheel(self.base[:, self._by_family])
        upto = self._upto(self._style_wheel)
        self._family_mass = np.diff(upto, axis=1, prepend=0.0) * self._style_wheel.totals[:, None]
        by_palette = self._family_mass[:, None, :] * self.liking
        self.norms = by_palette.sum(axis=2)
        self._family_wheel = Wheel(by_palette.reshape(-1, by_palette.shape[2]))

    def excitation(self, customers: Ints, memory: Memory) -> tuple[Ints, Floats]:
        """Remembered articles `[n, MEMORY]` and their weights `[n, links, MEMORY]`."""
        articles, periods_ago = memory.recall(customers, self.period)
        return articles, demand.excitation(self.links, self.masses, articles, periods_ago)

    def draw(self, customers: Ints, memory: Memory, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Draws one article per unit of demand, and what comes beside it.

        Args:
            customers: `[n]` whose unit it is.
            memory: what was bought before this period.
            rng: source of chance.

        Returns:
            Units `[m]` (positions in `customers`) and articles `[m]`, the units' own n articles first.

        """
        who, row = np.unique(customers, return_inverse=True)
        articles = np.empty(len(customers), np.int64)
        remembered, weights = self.excitation(who, memory)
        share = demand.history_share(self.people.loyalty[who], weights.sum(axis=(1, 2)))
        historic = rng.random(len(customers)) < share[row]
        articles[historic] = self._from_history(row[historic], remembered, weights, rng)
        articles[~historic] = self._from_taste(customers[~historic], rng)
        wheel = Wheel(self.beside)
        bring = np.flatnonzero(rng.random(len(articles)) < wheel.totals[articles])
        place = wheel.draw(articles[bring], rng.random(len(bring)))
        beside = self.catalogue.partners[articles[bring], place]
        return np.r_[np.arange(len(customers)), bring], np.r_[articles, beside]

    def _from_history(self, row: Ints, remembered: Ints, weights: Floats, rng: np.random.Generator) -> Ints:
        n, links, depth = weights.shape
        column = Wheel(weights.reshape(n, links * depth)).draw(row, rng.random(len(row)))
        which, source = column // depth, remembered[row, column % depth]
        found = np.empty(len(row), np.int64)
        for number, link in enumerate(self.links):
            mine = which == number
            target = Wheel(self.coefficients[number]).draw(source[mine], rng.random(int(mine.sum())))
            found[mine] = link.targets[source[mine], target]
        return found

    def _from_taste(self, customers: Ints, rng: np.random.Generator) -> Ints:
        people, count = self.people, len(customers)
        place = Wheel(people.style_shares[None]).draw(np.zeros(count, np.int64), rng.random(count))
        style = people.styles[customers, place]
        family = self._family_wheel.draw(style * len(self.liking) + people.palette[customers], rng.random(count))
        upto = self._upto(self._style_wheel)
        high = upto[style, family]
        low = np.where(family > 0, upto[style, family - 1], 0.0)
        uniform = low + (high - low) * np.minimum(rng.random(count), 1.0 - 1e-9)
        return self._by_family[self._style_wheel.draw(style, uniform)]

    def _upto(self, wheel: Wheel) -> Floats:
        """`[K, families]` share of a style's weight up to and with each colour family."""
        shares = wheel.shares[:, np.maximum(self._ends - 1, 0)]
        return np.where(self._ends > 0, shares, 0.0)
