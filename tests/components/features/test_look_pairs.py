"""Pairs in one basket, their NPMI, and affinities of attributes, against counts worked out by hand."""

import math

import numpy as np
import pytest
import scipy.sparse as sp

from components.features import look_pairs
from components.features.look_affinity import SHRINKAGE, count_affinity
from components.features.look_pairs import HALF_LIFE_DAYS, Baskets, count_pairs, npmi, sum_by
from components.features.purchases import Purchases

# Articles 0 and 1 are of group 0, 2 and 3 of group 1, 4 of group 2, 5 of none.
GROUPS = np.array([0, 0, 1, 1, 2, -1], np.int32)


def purchases(*bought):
    """Purchases of (customer, day, article)."""
    rows = np.array(sorted(bought), np.int32)
    return Purchases(rows[:, 0], rows[:, 2], rows[:, 1])


def test_a_basket_is_what_a_customer_buys_on_a_day():
    found = Baskets.read(
        purchases((0, 5, 1), (0, 5, 2), (0, 6, 3), (1, 5, 0), (1, 5, 4), (1, 5, 2), (1, 9, 0), (1, 9, 2)), 5, 9
    )
    contents = [found.article_rows[a:b].tolist() for a, b in zip(found.starts, found.starts[1:], strict=False)]
    assert contents == [[1, 2], [0, 2, 4]]  # one article alone is none, and day 9 is too late
    assert found.customer_rows.tolist() == [0, 1]
    assert found.days.tolist() == [5, 5]


def test_large_baskets_are_left_out_and_the_newest_are_kept(monkeypatch):
    monkeypatch.setattr(look_pairs, "MAX_ARTICLES", 3)
    monkeypatch.setattr(look_pairs, "MAX_BASKETS", 2)
    bought = [(c, day, article) for c, day in ((0, 1), (1, 3), (2, 2)) for article in (0, 2)]
    found = Baskets.read(purchases(*bought, *((3, 4, article) for article in range(4))), 0, 9)
    assert found.customer_rows.tolist() == [1, 2]


def test_pairs_of_two_groups_are_counted_with_time():
    """A basket of n articles counts 1 / (n - 1) for each pair, and half for each half-life of its age."""
    old = 10 + int(HALF_LIFE_DAYS)
    baskets = Baskets.read(purchases((0, 10, 0), (0, 10, 1), (0, 10, 2), (1, old, 0), (1, old, 2), (1, old, 5)), 0, 99)
    counts = count_pairs(baskets, GROUPS, old).toarray()
    wanted = np.zeros((6, 6))
    wanted[0, 2] = wanted[2, 0] = 0.5 / 2 + 1 / 2
    wanted[1, 2] = wanted[2, 1] = 0.5 / 2  # 0 and 1 are of one group, and 5 of none
    np.testing.assert_allclose(counts, wanted, rtol=1e-6)
    of_products = sum_by(sp.csr_matrix(counts), np.array([0, 0, 1, 1, 2, 3]), 4).toarray()
    assert of_products[0, 1] == of_products[1, 0] == pytest.approx(1.0)


def test_npmi_by_hand():
    counts = np.zeros((4, 4))
    for a, b, count in ((0, 2, 3.0), (1, 3, 1.0), (0, 3, 1.0)):
        counts[a, b] = counts[b, a] = count
    found = npmi(sp.csr_matrix(counts)).toarray()
    assert found[0, 2] == pytest.approx(math.log(3 * 10 / (4 * 3)) / -math.log(3 / 10) * 3 / 4, rel=1e-5)
    assert found[0, 3] == pytest.approx(math.log(1 * 10 / (4 * 2)) / -math.log(1 / 10) * 1 / 2, rel=1e-5)
    assert found[0, 1] == 0.0


def test_affinity_by_hand():
    """Articles 0 and 1 of section 0 are bought with 2 of section 0 three times, and once with 3 of section 1."""
    counts = np.zeros((6, 6))
    for a, b, count in ((0, 2, 2.0), (1, 2, 1.0), (0, 3, 1.0), (4, 3, 4.0)):
        counts[a, b] = counts[b, a] = count
    sections = np.array([0, 0, 0, 1, 2, 1], np.int32)
    found = count_affinity(sp.csr_matrix(counts), GROUPS, sections)
    # Of group 1: article 2 (section 0) is in 3 of 8 pairs, article 3 (section 1) in 5; 0.1 is added to each.
    prior = 3.1 / 8.2
    given = (3 + SHRINKAGE * prior) / (4 + SHRINKAGE)  # of the 4 pairs of section 0 with group 1, 3 are with section 0
    assert found.of_cells[0, found.cells[2]] == pytest.approx(math.log(given / prior), rel=1e-5)
    # Of all 16 pairs, each in both directions: group 1 is the partner in 8; of the 7 of section 0 it is in 4.
    prior = 8.1 / 16.3
    given = (4 + SHRINKAGE * prior) / (7 + SHRINKAGE)
    assert found.of_groups[0, 1] == pytest.approx(math.log(given / prior), rel=1e-5)
    assert (found.of_cells[-1] == 0).all()
    assert (found.of_cells[:, -1] == 0).all()
    assert found.cells[5] == found.of_cells.shape[1] - 1  # an article without a group is in no cell


def test_missing_values_have_no_affinity():
    counts = sp.csr_matrix(([1.0, 1.0], ([0, 2], [2, 0])), shape=(6, 6))
    found = count_affinity(counts, GROUPS, np.full(6, -1, np.int32))
    assert found.of_cells.shape == (1, 1)
    assert found.of_groups.tolist() == [[0.0] * 3]
