"""The articles of the synthetic shop: attributes, words, lifetimes, prices and what goes with what.

Products come first (type, section, material, fit, name, description, price), then their variants (colour and
look); a variant's id is its product's code and a three-digit number. Everything about an article that demand
depends on is an attribute a reader of `articles.csv` sees, a word of its description, or its sales.
"""

import dataclasses

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.synthetic import vocabulary as words
from transforms import columns

MAX_VARIANTS = 6
PARTNERS = 2
_VARIANT_SHARES = np.array([0.44, 0.24, 0.14, 0.09, 0.06, 0.03])
_PARTNER_WEIGHTS = np.array([0.7, 0.3])
_MAX_PARTNER_CHOICE = 400
_NO_DESCRIPTION_RATE = 0.004
_EVERGREEN_RATE = 0.35
_NOT_FOR_MEN = ("Blouse", "Skirt", "Bra", "Bodysuit", "Top", "Vest top", "Leggings")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All articles, in the order of their ids; A articles.

    Attributes:
        table: `articles.csv` as it is written.
        product: `[A]` number of the product an article is a variant of.
        kind, section, look, material: `[A]` positions in the vocabulary's tables.
        family: `[A]` position of the colour family in `families`.
        families: names of the colour families.
        price_gbp: `[A]` list price.
        launch, withdrawal: `[A]` first period on sale, and first period no longer on sale.
        log_popularity: `[A]` standing popularity.
        fade: `[A]` loss of log popularity per period since launch.
        siblings: `[A, MAX_VARIANTS - 1]` other variants of the product, -1 where there is none.
        partners: `[A, PARTNERS]` articles bought together with it, -1 where there is none.
        partner_weights: `[PARTNERS]` share of each place in `partners`, sums to 1.

    """

    table: pa.Table
    product: Ints
    kind: Ints
    section: Ints
    look: Ints
    material: Ints
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


def make_catalogue(articles: int, periods: int, rng: np.random.Generator) -> Catalogue:
    """Draws the catalogue.

    Args:
        articles: how many.
        periods: periods of the shop; lifetimes are spread over them.
        rng: source of chance.

    """
    variants = rng.choice(np.arange(1, MAX_VARIANTS + 1), size=articles, p=_VARIANT_SHARES)
    products = int(np.searchsorted(np.cumsum(variants), articles)) + 1
    product = np.repeat(np.arange(products), variants[:products])[:articles]
    number = np.arange(articles) - np.searchsorted(product, product)

    section_p, kind_p = _sections_and_kinds(products, rng)
    material_p = rng.integers(len(words.MATERIALS), size=products)
    fit_p = rng.integers(len(words.FITS), size=products)
    name_p = rng.integers(len(words.NAMES), size=products)
    evergreen = rng.random(products) < _EVERGREEN_RATE
    base_gbp = np.array([kind.price_gbp for kind in words.TYPES])[kind_p]
    # The shops' prices end on .99; a fifth of the types' spread.
    price_p = np.maximum(np.round(base_gbp * rng.lognormal(0.0, 0.35, products)), 2) - 0.01

    launch_p = _launches(products, periods, evergreen, rng)
    # Codes grow with time, as H&M's do: a newer product has a larger one.
    order = np.argsort(launch_p, kind="stable")
    code_p = np.empty(products, np.int64)
    code_p[order] = np.sort(rng.choice(850_000, size=products, replace=False)) + 108_775
    life_p = np.where(evergreen, 10 * periods, 6 + rng.gamma(2.5, 4.0, products)).astype(np.int64)
    weight_p = rng.normal(0.0, 1.0, products) + np.where(evergreen, 0.3, 0.6)

    by_code = np.argsort(code_p, kind="stable")
    rank = np.empty(products, np.int64)
    rank[by_code] = np.arange(products)
    article_order = np.lexsort((number, rank[product]))
    product, number = product[article_order], number[article_order]

    launch = launch_p[product] + rng.choice([0, 0, 0, 1, 3], size=articles) * (number > 0) * (launch_p[product] > 0)
    colour = rng.choice(len(words.COLOURS), size=articles, p=_normal([c.weight for c in words.COLOURS]))
    look = rng.choice(len(words.LOOKS), size=articles, p=_normal([entry.weight for entry in words.LOOKS]))
    families = tuple(dict.fromkeys(entry.master for entry in words.COLOURS))
    family = np.array([families.index(entry.master) for entry in words.COLOURS])[colour]
    log_popularity = weight_p[product] + rng.normal(0.0, 1.0, articles)
    fade = np.where(evergreen[product], 0.0, 0.05 + 0.05 * rng.random(articles))
    withdrawal = launch + np.maximum(life_p[product], 2)
    kind, section = kind_p[product], section_p[product]
    table = _table(
        rng,
        code=code_p[product],
        number=number,
        kind=kind,
        section=section,
        colour=colour,
        look=look,
        material=material_p[product],
        fit=fit_p[product],
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
        family=family,
        families=families,
        price_gbp=price_p[product],
        launch=launch,
        withdrawal=withdrawal,
        log_popularity=log_popularity,
        fade=fade,
        siblings=_siblings(product),
        partners=_partners(kind, section, family, launch, withdrawal, log_popularity, rng),
    )


def _normal(weights: list[float]) -> Floats:
    shares = np.asarray(weights, np.float64)
    return shares / shares.sum()


def _sections_and_kinds(products: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    section = rng.choice(len(words.SECTIONS), size=products, p=_normal([s.share for s in words.SECTIONS]))
    kind = np.zeros(products, np.int64)
    for number, entry in enumerate(words.SECTIONS):
        here = np.flatnonzero(section == number)
        shares = [kind.share if kind.group in entry.groups else 0.0 for kind in words.TYPES]
        if entry.group_name == "Menswear":
            shares = [0.0 if words.TYPES[i].name in _NOT_FOR_MEN else s for i, s in enumerate(shares)]
        kind[here] = rng.choice(len(words.TYPES), size=len(here), p=_normal(shares))
    return section, kind


def _launches(products: int, periods: int, evergreen: npt.NDArray[np.bool_], rng: np.random.Generator) -> Ints:
    # Some of the fashion is already on sale when the data begin: its launch lies before period 0.
    fashion = rng.integers(-14, max(periods, 1), size=products)
    basics = np.where(rng.random(products) < 0.8, -14, fashion)
    return np.where(evergreen, basics, fashion)


def _siblings(product: Ints) -> Ints:
    # A product's variants lie next to one another.
    first = np.flatnonzero(np.r_[True, product[1:] != product[:-1]])
    sizes = np.diff(np.r_[first, len(product)])
    size, start = np.repeat(sizes, sizes), np.repeat(first, sizes)
    place = np.arange(len(product)) - start
    steps = np.arange(1, MAX_VARIANTS)
    others = start[:, None] + (place[:, None] + steps) % size[:, None]
    return np.where(steps < size[:, None], others, -1)


def _partners(
    kind: Ints,
    section: Ints,
    family: Ints,
    launch: Ints,
    withdrawal: Ints,
    log_popularity: Floats,
    rng: np.random.Generator,
) -> Ints:
    """For each article the ones worn with it: of a fitting type, near in section, colour and time."""
    articles = len(kind)
    names = [entry.name for entry in words.TYPES]
    group = np.array([entry.group_no for entry in words.SECTIONS])[section]
    partners = np.full((articles, PARTNERS), -1, np.int64)
    for number, entry in enumerate(words.TYPES):
        wanted = [names.index(name) for name in entry.goes_with]
        for audience in np.unique(group):
            here = np.flatnonzero((kind == number) & (group == audience))
            choice = np.flatnonzero(np.isin(kind, wanted) & (group == audience))
            if not len(here) or not len(choice):
                continue
            if len(choice) > _MAX_PARTNER_CHOICE:
                choice = rng.choice(choice, _MAX_PARTNER_CHOICE, replace=False)
            overlap = np.minimum(withdrawal[here, None], withdrawal[choice]) - np.maximum(
                launch[here, None], launch[choice]
            )
            score = (
                0.5 * log_popularity[choice]
                + 1.5 * (section[here, None] == section[choice])
                + 1.0 * (family[here, None] == family[choice])
                + 0.1 * np.minimum(overlap, 20)
                + rng.gumbel(size=(len(here), len(choice)))
            )
            best = np.argsort(-score, axis=1, kind="stable")[:, :PARTNERS]
            partners[here, : best.shape[1]] = choice[best]
    return partners


def _table(
    rng: np.random.Generator,
    *,
    code: Ints,
    number: Ints,
    kind: Ints,
    section: Ints,
    colour: Ints,
    look: Ints,
    material: Ints,
    fit: Ints,
    name: Ints,
    bare: npt.NDArray[np.bool_],
) -> pa.Table:
    kinds, sections, colours, looks = words.TYPES, words.SECTIONS, words.COLOURS, words.LOOKS
    garments = list(dict.fromkeys(entry.garment for entry in kinds))
    garment = np.array([garments.index(entry.garment) for entry in kinds])[kind]
    values = list(dict.fromkeys(entry.value for entry in colours))
    masters = list(dict.fromkeys(entry.master for entry in colours))
    value = np.array([values.index(entry.value) for entry in colours])[colour]
    master = np.array([masters.index(entry.master) for entry in colours])[colour]

    def say(table: list[str], at: Ints) -> pa.Array:
        return pa.array(table, pa.string()).take(pa.array(at))

    type_word = say([entry.name.lower() for entry in kinds], kind)
    material_word = say(list(words.MATERIALS), material)
    join = pc.binary_join_element_wise
    prod_name = join(say(words.NAMES, name), type_word, " ")
    description = join(
        join(
            say([f.capitalize() for f in words.FITS], fit),
            type_word,
            "in",
            material_word,
            "with",
            say([entry.words for entry in looks], look),
            " ",
        ),
        say([f". {entry.name} from {entry.garment.lower()}, for " for entry in kinds], kind),
        say([f"{entry.name.lower()}." for entry in sections], section),
        "",
    )
    product_code = pa.array(code).cast(pa.string())
    article_id = pc.utf8_lpad(pa.array(code * 1000 + number + 1).cast(pa.string()), 10, padding="0")
    arrays = {
        columns.ARTICLE_ID: article_id,
        columns.PRODUCT_CODE: product_code,
        columns.PRODUCT_NAME: prod_name,
        "product_type_no": pa.array(240 + kind),
        "product_type_name": say([entry.name for entry in kinds], kind),
        "product_group_name": say([entry.group for entry in kinds], kind),
        "graphical_appearance_no": pa.array(1_010_001 + look),
        "graphical_appearance_name": say([entry.name for entry in looks], look),
        "colour_group_code": pa.array(1 + colour),
        "colour_group_name": say([entry.name for entry in colours], colour),
        "perceived_colour_value_id": pa.array(1 + value),
        "perceived_colour_value_name": say(values, value),
        "perceived_colour_master_id": pa.array(1 + master),
        "perceived_colour_master_name": say(masters, master),
        "department_no": pa.array(1000 + 40 * section + garment),
        "department_name": join(say(garments, garment), say([s.index_name for s in sections], section), " "),
        "index_code": say([entry.index_code for entry in sections], section),
        "index_name": say([entry.index_name for entry in sections], section),
        "index_group_no": _say_int([entry.group_no for entry in sections], section),
        "index_group_name": say([entry.group_name for entry in sections], section),
        "section_no": pa.array(1 + section),
        "section_name": say([entry.name for entry in sections], section),
        "garment_group_no": pa.array(1001 + garment),
        "garment_group_name": say(garments, garment),
        columns.DESCRIPTION: pc.if_else(pa.array(bare), pa.scalar(None, pa.string()), description),
    }
    return pa.table({column.name: arrays[column.name] for column in columns.ARTICLES})


def _say_int(table: list[int], at: Ints) -> pa.Array:
    return pa.array(np.array(table)[at])
