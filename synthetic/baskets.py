"""Draws the purchases of one period from the intensities of `demand`."""

import numpy as np
import numpy.typing as npt

from synthetic import demand
from synthetic.catalogue import Catalogue
from synthetic.memory import Memory
from synthetic.people import People
from synthetic.weighted_sampler import WeightedSampler

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Market:
    """The shop in one period, with all values for draws and for true probabilities.

    Args:
        catalogue: the articles.
        people: the customers.
        styles: the latent styles.
        links: links between articles.
        appeal: `[A]` appeal in the period, see `demand.appeal`.
        period: number of the period.

    Attributes:
        on_sale: `[S]` positions of the articles on sale.
        base: `[K E, S]` B_ke(a) of each style with each eye.
        norms: `[K E, palettes]` sum of B_ke(a) m_p(colour of a) over the articles.
        liking: `[palettes, families]` m_p(family).
        coefficients: `[A, m]` for each link, 0 for targets that are not on sale.
        masses: `[L, A]` sums of the coefficients over the targets.
        partner_probability: `[A, PARTNERS]` probability that a unit of an article adds the partner to the basket.
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
        self.on_sale = np.flatnonzero(on_sale)
        base = styles.affinity[:, None, self.on_sale] * styles.look_affinity[:, self.on_sale]
        self.base = base.reshape(-1, len(self.on_sale)) * appeal[self.on_sale]
        self.liking = demand.liking(catalogue)
        self.coefficients = [link.now(on_sale) for link in links]
        self.masses = np.stack([c.sum(axis=1) for c in self.coefficients])
        has = (catalogue.partners >= 0) & on_sale[catalogue.partners]
        self.partner_probability = demand.PARTNER_RATE * catalogue.partner_weights * has
        # Articles are sorted by colour family, so that a family is an interval of the cumulative sum.
        family = catalogue.family[self.on_sale]
        by_family = np.argsort(family, kind="stable")
        self._by_family = self.on_sale[by_family]
        self._family_ends = np.searchsorted(family[by_family], np.arange(len(catalogue.families)), side="right")
        self._style_sampler = WeightedSampler(self.base[:, by_family])
        cumulative = self._cumulative_shares(self._style_sampler)
        self._family_mass = np.diff(cumulative, axis=1, prepend=0.0) * self._style_sampler.totals[:, None]
        by_palette = self._family_mass[:, None, :] * self.liking
        self.norms = by_palette.sum(axis=2)
        self._family_sampler = WeightedSampler(by_palette.reshape(-1, by_palette.shape[2]))

    def excitation(self, customers: Ints, memory: Memory) -> tuple[Ints, Floats]:
        """Recent purchases and their weights.

        Args:
            customers: `[n]` positions of the customers.
            memory: purchases before this period.

        Returns:
            Articles `[n, MEMORY]` and weights `[n, links, MEMORY]`.
        """
        articles, periods_ago = memory.recall(customers, self.period)
        return articles, demand.excitation(self.links, self.masses, articles, periods_ago)

    def draw(self, customers: Ints, memory: Memory, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Draws one article for each unit of demand, and the partners that it adds to the basket.

        Args:
            customers: `[n]` customer of each unit.
            memory: purchases before this period.
            rng: random number generator.

        Returns:
            Units `[m]` (positions in `customers`) and articles `[m]`; the first n are the drawn articles, the others
            their partners.
        """
        who, row = np.unique(customers, return_inverse=True)
        articles = np.empty(len(customers), np.int64)
        remembered, weights = self.excitation(who, memory)
        share = demand.history_share(self.people.loyalty[who], weights.sum(axis=(1, 2)))
        historic = rng.random(len(customers)) < share[row]
        articles[historic] = self._from_history(row[historic], remembered, weights, rng)
        articles[~historic] = self._from_taste(customers[~historic], rng)
        sampler = WeightedSampler(self.partner_probability)
        with_partner = np.flatnonzero(rng.random(len(articles)) < sampler.totals[articles])
        number = sampler.draw(articles[with_partner], rng.random(len(with_partner)))
        partner = self.catalogue.partners[articles[with_partner], number]
        return np.r_[np.arange(len(customers)), with_partner], np.r_[articles, partner]

    def _from_history(self, row: Ints, remembered: Ints, weights: Floats, rng: np.random.Generator) -> Ints:
        n, links, depth = weights.shape
        column = WeightedSampler(weights.reshape(n, links * depth)).draw(row, rng.random(len(row)))
        which, source = column // depth, remembered[row, column % depth]
        found = np.empty(len(row), np.int64)
        for number, link in enumerate(self.links):
            by_link = which == number
            sampler = WeightedSampler(self.coefficients[number])
            target = sampler.draw(source[by_link], rng.random(int(by_link.sum())))
            found[by_link] = link.targets[source[by_link], target]
        return found

    def _from_taste(self, customers: Ints, rng: np.random.Generator) -> Ints:
        people, count = self.people, len(customers)
        number = WeightedSampler(people.style_shares[None]).draw(np.zeros(count, np.int64), rng.random(count))
        taste = people.tastes[customers, number]
        family = self._family_sampler.draw(taste * len(self.liking) + people.palette[customers], rng.random(count))
        cumulative = self._cumulative_shares(self._style_sampler)
        high = cumulative[taste, family]
        low = np.where(family > 0, cumulative[taste, family - 1], 0.0)
        uniform = low + (high - low) * np.minimum(rng.random(count), 1.0 - 1e-9)
        return self._by_family[self._style_sampler.draw(taste, uniform)]

    def _cumulative_shares(self, sampler: WeightedSampler) -> Floats:
        """`[K E, families]` share of a row's weight up to and including each colour family."""
        shares = sampler.shares[:, np.maximum(self._family_ends - 1, 0)]
        return np.where(self._family_ends > 0, shares, 0.0)
