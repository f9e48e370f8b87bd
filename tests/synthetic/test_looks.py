"""What photos show: the popularity of looks, customers' preferences, and that the articles' columns do not tell it."""

import dataclasses

import numpy as np
import pytest

from synthetic import demand
from synthetic import vocabulary as words
from synthetic.catalogue import make_catalogue
from synthetic.habits import DENSE, HM
from synthetic.looks import fit_number, look_popularity, motif_number, preferences

SOLID, ALL_OVER, MELANGE = (
    [look.name for look in words.LOOKS].index(name) for name in ("Solid", "All over pattern", "Melange")
)
T_SHIRT, SOCKS = ([kind.name for kind in words.TYPES].index(name) for name in ("T-shirt", "Socks"))


def many(seed, count=400):
    """Attributes of articles: types, looks, fits, tones and motifs."""
    rng = np.random.default_rng(seed)
    look = rng.integers(len(words.LOOKS), size=count)
    motif = rng.integers(np.array([entry.motifs for entry in words.LOOKS])[look])
    kind, fit, tone = (rng.integers(len(table), size=count) for table in (words.TYPES, words.FITS, words.TONES))
    return kind, look, fit, tone, motif


def test_motifs_are_numbered_from_one_look_to_the_next():
    # Plain cloth has four textures, all-over prints have five motifs, melange has one.
    look, motif = np.array([SOLID, SOLID, ALL_OVER, MELANGE]), np.array([0, 3, 4, 0])
    assert motif_number(look, motif).tolist() == [0, 3, 8, 9]


def test_types_whose_photo_shows_no_fit_share_one_number():
    kind, fit = np.array([T_SHIRT, SOCKS, SOCKS]), np.array([2, 2, 4])
    assert fit_number(kind, fit).tolist() == [2, len(words.FITS), len(words.FITS)]


def test_the_popularity_of_looks_has_mean_0_and_variance_1_and_is_the_same_for_equal_looks():
    kind, look, fit, tone, motif = many(0)
    kind[:2], look[:2], fit[:2], tone[:2], motif[:2] = T_SHIRT, SOLID, 1, 2, 3
    popularity = look_popularity(kind, look, fit, tone, motif, np.random.default_rng(1))
    assert popularity.mean() == pytest.approx(0.0, abs=1e-12)
    assert popularity.std() == pytest.approx(1.0)
    assert popularity[0] == popularity[1]
    assert len(np.unique(popularity.round(9))) > 100


def test_the_customers_of_an_eye_prefer_its_shade_by_the_same_factor_to_each_other_one():
    count = len(words.TONES)
    same = np.zeros(count, np.int64)
    prefers = preferences(same, same, same, np.arange(count), same, np.random.default_rng(2))
    for eye, of_eye in enumerate(prefers):
        others = np.delete(of_eye, eye)
        assert of_eye[eye] - others == pytest.approx(np.full(count - 1, 1.2))


@pytest.mark.parametrize("habits", [DENSE, HM], ids=["dense", "hm"])
def test_looks_explain_a_part_of_the_popularity_and_do_not_widen_it(habits):
    catalogue = make_catalogue(20_000, 100, np.random.default_rng(3), habits)
    # Products that stay on sale have another mean, so only the others are compared.
    fashion = catalogue.fade > 0
    popularity = catalogue.log_popularity[fashion]
    assert popularity.var() == pytest.approx(2 * habits.popularity_spread**2, rel=0.05)
    look = [words.LOOKS[number].motifs for number in catalogue.look[fashion]]
    assert (catalogue.motif[fashion] < look).all()
    groups = np.unique(
        np.c_[
            motif_number(catalogue.look, catalogue.motif),
            fit_number(catalogue.kind, catalogue.fit),
            catalogue.tone,
        ][fashion],
        axis=0,
        return_inverse=True,
    )[1].ravel()
    sums, counts = np.bincount(groups, popularity), np.bincount(groups)
    between = (counts * (sums / np.maximum(counts, 1) - popularity.mean()) ** 2).sum() / len(popularity)
    within_by_chance = (counts > 0).sum() / len(popularity) * popularity.var()
    assert between - within_by_chance == pytest.approx(habits.look_popularity**2, rel=0.3)


def test_no_column_tells_the_shade_and_none_but_the_appearance_the_motif():
    catalogue = make_catalogue(6_000, 30, np.random.default_rng(4))
    motif = motif_number(catalogue.look, catalogue.motif)
    by_look = guessed(catalogue.look, motif)
    for name in catalogue.table.column_names:
        values = np.unique(np.array(catalogue.table[name].to_pylist(), str), return_inverse=True)[1]
        if values.max() < 200:
            assert guessed(values, catalogue.tone) < 0.33, name
            assert guessed(values, motif) < by_look + 0.03, name


def guessed(by, value):
    """Share of values that are the most frequent one of their group."""
    counts = np.zeros((by.max() + 1, value.max() + 1))
    np.add.at(counts, (by, value), 1)
    return counts.max(axis=1).sum() / len(by)


def test_a_new_article_is_wanted_by_the_factor_of_novelty_in_its_first_period():
    catalogue = make_catalogue(200, 10, np.random.default_rng(5), HM)
    ratio = [
        demand.appeal(catalogue, np.zeros(200), 6, 20.0, dataclasses.replace(HM, novelty=novelty))
        for novelty in (np.log(2.0), 0.0)
    ]
    on_sale = catalogue.on_sale(6)
    factor = ratio[0][on_sale] / ratio[1][on_sale]
    assert factor == pytest.approx(np.where(catalogue.launch[on_sale] == 6, 2.0, 1.0))
    assert (catalogue.launch == 6).any()
