"""Related articles: variants of the same product, and articles that are worn together."""

import numpy as np
import numpy.typing as npt

from synthetic import vocabulary as words

MAX_VARIANTS = 6
PARTNERS = 2
_MAX_PARTNER_CHOICE = 400

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def siblings(product: Ints) -> Ints:
    """`[A, MAX_VARIANTS - 1]` other variants of the product, -1 for none.

    Args:
        product: `[A]` number of each article's product; variants of a product are adjacent.
    """
    first = np.flatnonzero(np.r_[True, product[1:] != product[:-1]])
    sizes = np.diff(np.r_[first, len(product)])
    size, start = np.repeat(sizes, sizes), np.repeat(first, sizes)
    position = np.arange(len(product)) - start
    steps = np.arange(1, MAX_VARIANTS)
    others = start[:, None] + (position[:, None] + steps) % size[:, None]
    return np.where(steps < size[:, None], others, -1)


def partners(
    kind: Ints,
    section: Ints,
    family: Ints,
    launch: Ints,
    withdrawal: Ints,
    log_popularity: Floats,
    rng: np.random.Generator,
) -> Ints:
    """`[A, PARTNERS]` articles worn with each article: of a matching type, similar section, colour and lifetime.

    Args:
        kind: `[A]` position in `vocabulary.TYPES`.
        section: `[A]` position in `vocabulary.SECTIONS`.
        family: `[A]` position of the colour family.
        launch: `[A]` first period on sale.
        withdrawal: `[A]` first period no longer on sale.
        log_popularity: `[A]` constant log popularity.
        rng: random number generator.
    """
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
