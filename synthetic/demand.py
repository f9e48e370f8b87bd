"""The intensities from which the synthetic shop's purchases are drawn.

A period is a week; the last one is the label period. Given all purchases before period w, one unit of demand of
customer c is for article a with probability

    p(a | c, w) = (1 - s) T(a | c, w)  +  s X(a | c, w) / E(c, w),      s = loyalty_c E / (1 + E)

- taste: `T = sum_k share_k B_ke(a) m_p(colour of a) / sum_a' B_ke(a') m_p(colour of a')` over the customer's
  styles k, eye e and palette p, where
  `B_ke(a) = exp(affinity_k(attributes of a) + affinity_e(shade, motif and fit of a)) appeal(a, w)` and
  `appeal = on sale(a, w) exp(limited(popularity_a + trend_a(w)) + novelty [w = launch_a] - fade_a (w - launch_a)
  + season(type of a, w))`, `limited(x) = x - log(1 + exp(x - popularity_limit))`. A part of the popularity belongs to
  shade, motif and fit, so that an article can be judged before it sells;
- history: `X = sum_h sum_link exp(-(w - w_h) / memory_link) coefficient_link(article of h -> a)` over the
  customer's last MEMORY purchases h, and `E = sum_a X`. The links are `repeat` (the same article, by the repurchase
  rate of its type), `variant` (another colour of the product) and `partner` (worn together). A coefficient is 0 while
  its target is not on sale.

With probability `PARTNER_RATE sum_j weight_j [partner j on sale]`, a unit of article a adds a partner of a to the
basket. So the expected number of units of article b in the basket for one unit of demand is

    u(b | c, w) = p(b) + PARTNER_RATE sum_a p(a) weight(a -> b)

Units are independent given the past, so the ranking by u is the same for any number of units.
"""

import dataclasses
import math

import numpy as np
import numpy.typing as npt

from synthetic import vocabulary as words
from synthetic.catalogue import Catalogue
from synthetic.habits import DENSE, Habits
from synthetic.looks import preferences

STYLES = 24
MEMORY = 40
PARTNER_RATE = 0.45
WEEKS_PER_YEAR = 52.18

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Link:
    """A relation through which a purchase of one article raises the demand for others.

    Attributes:
        name: `repeat`, `variant` or `partner`.
        targets: `[A, m]` related articles, -1 for none.
        coefficients: `[A, m]` strength; 0 for no target.
        memory_periods: number of periods in which the effect decays to 1/e.
    """

    name: str
    targets: Ints
    coefficients: Floats
    memory_periods: float

    def now(self, on_sale: npt.NDArray[np.bool_]) -> Floats:
        """`[A, m]` coefficients, 0 for targets that are not on sale."""
        return self.coefficients * on_sale[self.targets]

    def decay(self, periods_ago: Ints) -> Floats:
        """The remaining share of an effect after some periods."""
        return np.exp(-periods_ago / self.memory_periods)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Styles:
    """The latent styles, K of them.

    Attributes:
        affinity: `[K, A]` exp of a style's affinity to the articles' attributes.
        look_affinity: `[E, A]` exp of an eye's affinity to the articles' shades, motifs and fits.
        ages: `[K]` age in years at which a style is most popular.
    """

    affinity: npt.NDArray[np.float32]
    look_affinity: npt.NDArray[np.float32]
    ages: Floats


def make_links(catalogue: Catalogue) -> tuple[Link, ...]:
    """The three links between articles."""
    articles = np.arange(len(catalogue))
    repurchase = np.array([kind.repurchase for kind in words.TYPES])[catalogue.kind]
    has_sibling = catalogue.siblings >= 0
    has_partner = catalogue.partners >= 0
    return (
        Link(
            name="repeat",
            targets=articles[:, None],
            coefficients=0.5 * repurchase[:, None] ** 1.5,
            memory_periods=7.0,
        ),
        Link(
            name="variant",
            targets=catalogue.siblings,
            coefficients=0.25 * has_sibling,
            memory_periods=3.0,
        ),
        Link(
            name="partner",
            targets=catalogue.partners,
            coefficients=1.5 * catalogue.partner_weights * has_partner,
            memory_periods=2.0,
        ),
    )


def make_styles(catalogue: Catalogue, rng: np.random.Generator, habits: Habits = DENSE) -> Styles:
    """Draws the affinities of each style to a main section, similar sections, types, looks and materials, and of eyes.

    Args:
        catalogue: the articles.
        rng: source of random numbers.
        habits: how customers buy.
    """
    shares = np.array([entry.share for entry in words.SECTIONS])
    ages = np.array([entry.age for entry in words.SECTIONS])
    home = rng.choice(len(shares), size=STYLES, p=shares / shares.sum())
    # Every section is the main section of some style.
    home[: len(shares)] = np.arange(len(shares))
    near = -np.abs(ages - ages[home][:, None]) / 8.0 + rng.gumbel(0.0, 0.7, (STYLES, len(shares)))
    near[np.arange(STYLES), home] = -np.inf
    section = np.full((STYLES, len(shares)), -4.0)
    order = np.argsort(-near, axis=1)
    np.put_along_axis(section, order[:, :3], np.array([-0.5, -1.0, -1.5]), axis=1)
    section[np.arange(STYLES), home] = 1.0
    kind = rng.normal(0.0, 0.9, (STYLES, len(words.TYPES)))
    look = rng.normal(0.0, 0.5, (STYLES, len(words.LOOKS)))
    material = rng.normal(0.0, 0.6, (STYLES, len(words.MATERIALS)))
    log_affinity = (
        section[:, catalogue.section]
        + kind[:, catalogue.kind]
        + look[:, catalogue.look]
        + material[:, catalogue.material]
    )
    log_affinity *= habits.taste_spread
    style_ages = ages[home] + rng.normal(0.0, 2.0, STYLES)
    seen = preferences(catalogue.kind, catalogue.look, catalogue.fit, catalogue.tone, catalogue.motif, rng)
    return Styles(
        affinity=np.exp(log_affinity, dtype=np.float32),
        look_affinity=np.exp(habits.look_spread * seen, dtype=np.float32),
        ages=style_ages,
    )


def liking(catalogue: Catalogue) -> Floats:
    """`[palettes, families]` preference of a palette's customers for a colour family."""
    return np.array([[p.get(name, 0.5) for name in catalogue.families] for p in words.PALETTES])


def season(week_of_year: float) -> Floats:
    """`[types]` log of the seasonal factor of each product type."""
    angle = 2.0 * math.pi * (week_of_year - np.array([kind.peak_week for kind in words.TYPES])) / WEEKS_PER_YEAR
    return np.array([kind.swing for kind in words.TYPES]) * np.cos(angle)


def next_trend(trend: Floats, rng: np.random.Generator, habits: Habits = DENSE) -> Floats:
    """`[A]` temporary log popularity of the next period.

    Args:
        trend: `[A]` temporary log popularity of this period.
        rng: source of random numbers.
        habits: how customers buy.
    """
    return 0.88 * trend + rng.normal(0.0, habits.trend_spread, len(trend))


def appeal(catalogue: Catalogue, trend: Floats, period: int, week_of_year: float, habits: Habits = DENSE) -> Floats:
    """`[A]` factor of all styles' affinities in a period; 0 for articles that are not on sale.

    Args:
        catalogue: the articles.
        trend: `[A]` temporary log popularity.
        period: number of the period.
        week_of_year: week of the year, for the seasons.
        habits: habits of the customers.
    """
    age = np.maximum(period - catalogue.launch, 0)
    course = season(week_of_year)[catalogue.kind]
    popularity = catalogue.log_popularity + trend
    popularity -= np.log1p(np.exp(popularity - habits.popularity_limit))
    logarithm = popularity + habits.novelty * (catalogue.launch == period) - catalogue.fade * age + course
    return np.where(catalogue.on_sale(period), np.exp(logarithm), 0.0)


def excitation(links: tuple[Link, ...], masses: Floats, articles: Ints, periods_ago: Ints) -> Floats:
    """`[n, links, MEMORY]` weight of each recent purchase through each link.

    Args:
        links: the links, L of them.
        masses: `[L, A]` coefficients of a link, summed over its targets on sale.
        articles: `[n, MEMORY]` recently bought articles, -1 for none.
        periods_ago: `[n, MEMORY]` age of the purchases in periods, at least 1.
    """
    known = articles >= 0
    weights = [
        np.where(known, mass[articles], 0.0) * link.decay(periods_ago) for link, mass in zip(links, masses, strict=True)
    ]
    return np.stack(weights, axis=1)


def history_share(loyalty: Floats, total_excitation: Floats) -> Floats:
    """`[n]` probability that a unit comes from history: `loyalty E / (1 + E)`."""
    return loyalty * total_excitation / (1.0 + total_excitation)
