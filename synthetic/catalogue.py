"""The articles of the synthetic shop: attributes, texts, lifetimes, prices and related articles.

Products come first (type, section, material, fit, name, description, price), then their variants (colour, shade, look
and motif). The id of a variant is the code of its product and a three-digit number. Demand depends on attributes in
`articles.csv`, words of the description, sales, and on the shade and the motif, which only the photo shows. Products
are launched in every period, if there are enough of them.
"""

import dataclasses
import math

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synthetic import vocabulary as words
from synthetic.articles import articles_table
from synthetic.habits import DENSE, Habits
from synthetic.looks import look_popularity
from synthetic.partners import MAX_VARIANTS, partners, siblings
from transforms import columns

_VARIANT_SHARES = np.array([0.44, 0.24, 0.14, 0.09, 0.06, 0.03])
_PARTNER_WEIGHTS = np.array([0.7, 0.3])
_NO_DESCRIPTION_RATE = 0.004
_EARLIER_PERIODS = 14
_LATE_BASICS_RATE = 0.2  # of the products that stay on sale, launched as late as others
_NOT_FOR_MEN = ("Blouse", "Skirt", "Bra", "Bodysuit", "Top", "Vest top", "Leggings")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All articles, in the order of their ids; A articles.

    Attributes:
        table: content of `articles.csv`.
        product: `[A]` number of the product an article is a variant of.
        kind, section, look, material, fit, tone: `[A]` positions in the vocabulary's tables.
        motif: `[A]` number of the motif, below the look's number of motifs.
        family: `[A]` position of the colour family in `families`.
        families: names of the colour families.
        price_gbp: `[A]` list price.
        launch, withdrawal: `[A]` first period on sale, and first period no longer on sale.
        log_popularity: `[A]` log of the constant part of the popularity.
        fade: `[A]` loss of log popularity per period since launch.
        siblings: `[A, MAX_VARIANTS - 1]` other variants of the product, -1 where there is none.
        partners: `[A, PARTNERS]` articles bought together with it, -1 where there is none.
        partner_weights: `[PARTNERS]` share of each column of `partners`, sums to 1.
    """

    table: pa.Table
    product: Ints
    kind: Ints
    section: Ints
    look: Ints
    material: Ints
    fit: Ints
    tone: Ints
    motif: Ints
    family: Ints
    families: tuple[str, ...]
    price_gbp: Floats
    launch: Ints
    withdrawal: Ints
    log_popularity: Floats
    fade: Floats
    siblings: Ints
    partners: Ints
    partner_weights: Floats = dataclasses.field(default_factory=lambda: _PARTNER_WEIGHTS)

    @property
    def ids(self) -> pa.Array:
        """`[A]` article ids."""
        return self.table.column(columns.ARTICLE_ID).combine_chunks()

    def __len__(self) -> int:
        return len(self.product)

    def on_sale(self, period: int) -> npt.NDArray[np.bool_]:
        """`[A]` whether an article can be bought in a period."""
        return (self.launch <= period) & (period < self.withdrawal)


def make_catalogue(articles: int, periods: int, rng: np.random.Generator, habits: Habits = DENSE) -> Catalogue:
    """Draws the catalogue.

    Args:
        articles: number of articles.
        periods: number of periods of the shop, over which lifetimes are spread.
        rng: random number generator.
        habits: habits of the customers.
    """
    variants = rng.choice(np.arange(1, MAX_VARIANTS + 1), size=articles, p=_VARIANT_SHARES)
    products = int(np.searchsorted(np.cumsum(variants), articles)) + 1
    product = np.repeat(np.arange(products), variants[:products])[:articles]
    number = np.arange(articles) - np.searchsorted(product, product)

    section_p, kind_p = _sections_and_kinds(products, rng)
    material_p = rng.integers(len(words.MATERIALS), size=products)
    fit_p = rng.integers(len(words.FITS), size=products)
    name_p = rng.integers(len(words.NAMES), size=products)
    evergreen = rng.random(products) < habits.evergreen_rate
    base_gbp = np.array([kind.price_gbp for kind in words.TYPES])[kind_p]
    # Prices end with .99.
    price_p = np.maximum(np.round(base_gbp * rng.lognormal(0.0, 0.35, products)), 2) - 0.01

    launch_p = _launches(products, periods, evergreen, rng)
    # Newer products have larger codes, as at H&M.
    order = np.argsort(launch_p, kind="stable")
    code_p = np.empty(products, np.int64)
    code_p[order] = np.sort(rng.choice(850_000, size=products, replace=False)) + 108_775
    life_p = np.where(evergreen, 10 * periods, 6 + rng.gamma(2.5, 4.0, products)).astype(np.int64)
    weight_p = rng.normal(0.0, habits.popularity_spread, products) + np.where(
        evergreen, habits.evergreen_popularity, 0.6
    )

    by_code = np.argsort(code_p, kind="stable")
    rank = np.empty(products, np.int64)
    rank[by_code] = np.arange(products)
    article_order = np.lexsort((number, rank[product]))
    product, number = product[article_order], number[article_order]

    launch = launch_p[product] + rng.choice([0, 0, 0, 1, 3], size=articles) * (number > 0) * (launch_p[product] > 0)
    colour = rng.choice(len(words.COLOURS), size=articles, p=_shares([c.weight for c in words.COLOURS]))
    look = rng.choice(len(words.LOOKS), size=articles, p=_shares([entry.weight for entry in words.LOOKS]))
    families = tuple(dict.fromkeys(entry.master for entry in words.COLOURS))
    family = np.array([families.index(entry.master) for entry in words.COLOURS])[colour]
    tone = rng.integers(len(words.TONES), size=articles)
    motif = rng.integers(np.array([entry.motifs for entry in words.LOOKS])[look])
    fit, kind, section = fit_p[product], kind_p[product], section_p[product]
    # The look explains a part of the spread, so that the whole spread stays the same.
    own_spread = math.sqrt(max(0.0, habits.popularity_spread**2 - habits.look_popularity**2))
    log_popularity = (
        weight_p[product]
        + habits.look_popularity * look_popularity(kind, look, fit, tone, motif, rng)
        + rng.normal(0.0, own_spread, articles)
    )
    fade = np.where(evergreen[product], 0.0, 0.05 + 0.05 * rng.random(articles))
    withdrawal = launch + np.maximum(life_p[product], 2)
    table = articles_table(
        code=code_p[product],
        number=number,
        kind=kind,
        section=section,
        colour=colour,
        look=look,
        material=material_p[product],
        fit=fit,
        name=name_p[product],
        bare=(rng.random(products) < _NO_DESCRIPTION_RATE)[product],
    )
    return Catalogue(
        table=table,
        product=product,
        kind=kind,
        section=section,
        look=look,
        material=material_p[product],
        fit=fit,
        tone=tone,
        motif=motif,
        family=family,
        families=families,
        price_gbp=price_p[product],
        launch=launch,
        withdrawal=withdrawal,
        log_popularity=log_popularity,
        fade=fade,
        siblings=siblings(product),
        partners=partners(kind, section, family, launch, withdrawal, log_popularity, rng),
    )


def _shares(weights: list[float]) -> Floats:
    shares = np.asarray(weights, np.float64)
    return shares / shares.sum()


def _sections_and_kinds(products: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    section = rng.choice(len(words.SECTIONS), size=products, p=_shares([s.share for s in words.SECTIONS]))
    kind = np.zeros(products, np.int64)
    for number, entry in enumerate(words.SECTIONS):
        here = np.flatnonzero(section == number)
        shares = [kind.share if kind.group in entry.groups else 0.0 for kind in words.TYPES]
        if entry.group_name == "Menswear":
            shares = [0.0 if words.TYPES[i].name in _NOT_FOR_MEN else s for i, s in enumerate(shares)]
        kind[here] = rng.choice(len(words.TYPES), size=len(here), p=_shares(shares))
    return section, kind


def _launches(products: int, periods: int, evergreen: npt.NDArray[np.bool_], rng: np.random.Generator) -> Ints:
    # Some products are on sale before the data start, so their launch is before period 0. The others are spread evenly.
    launch = np.full(products, -_EARLIER_PERIODS)
    later = np.flatnonzero(~evergreen | (rng.random(products) < _LATE_BASICS_RATE))
    launch[later] += rng.permutation(len(later)) * (max(periods, 1) + _EARLIER_PERIODS) // max(len(later), 1)
    return launch
