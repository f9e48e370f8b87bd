"""The figures beyond accuracy of four articles and three lists, worked out by hand."""

import math

import numpy as np
import pytest

from models import beyond_accuracy as figures

PAD = 4
LISTS = np.array([[0, 1, PAD], [0, 2, PAD], [0, PAD, PAD]], np.int32)
NOTHING = np.full((2, 3), PAD, np.int32)


def test_coverage_counts_each_article_once_and_only_those_of_the_catalogue():
    assert figures.coverage(LISTS, np.ones(4, bool)) == 3 / 4
    assert figures.coverage(LISTS, np.array([False, True, False, True])) == 1 / 2
    assert figures.coverage(NOTHING, np.ones(4, bool)) == 0
    assert math.isnan(figures.coverage(LISTS, np.zeros(4, bool)))


def test_novelty_is_the_mean_information_of_all_places():
    # Of 8 customers, 8, 4, 1 and 0 bought the articles: 0, 1, 3 and 3 bits. The places hold 0, 1, 0, 2, 0.
    information = figures.self_information([8, 4, 1, 0], 8)
    assert information.tolist() == [0, 1, 3, 3]
    assert figures.novelty(LISTS, information) == pytest.approx((0 + 1 + 0 + 3 + 0) / 5)
    assert math.isnan(figures.novelty(NOTHING, information))


def test_diversity_is_the_mean_distance_of_pairs_in_a_list_of_two_or_more():
    # Angles of 60 and 90 degrees from article 0: cosines 1/2 and 0. The last list has no pair.
    vectors = np.array([[2, 0], [0.5, math.sqrt(3) / 2], [0, 5], [1, 1]], np.float32)
    assert figures.intra_list_diversity(LISTS, vectors) == pytest.approx((1 / 2 + 1) / 2, abs=1e-6)
    three = np.array([[0, 1, 2]], np.int32)  # cosines 1/2, 0 and sin 60
    assert figures.intra_list_diversity(three, vectors) == pytest.approx(1 - (0.5 + math.sqrt(3) / 2) / 3, abs=1e-6)
    assert math.isnan(figures.intra_list_diversity(NOTHING, vectors))


def test_a_vector_of_zeros_is_at_distance_one_of_all_others():
    vectors = np.array([[0, 0], [1, 0]], np.float32)
    assert figures.intra_list_diversity(np.array([[0, 1]], np.int32), vectors) == 1


def test_kinds_are_counted_in_each_list_and_padding_is_none():
    assert figures.kinds_per_list(LISTS, np.array([5, 5, 6, 7], np.int32)) == pytest.approx((1 + 2 + 1) / 3)
    assert figures.kinds_per_list(LISTS, np.array([-1, 5, -1, 7], np.int32)) == pytest.approx((2 + 1 + 1) / 3)
    assert math.isnan(figures.kinds_per_list(NOTHING, np.zeros(4, np.int32)))


def test_deciles_have_equally_many_sold_articles_and_ties_keep_the_order_of_rows():
    purchases = [*range(20, 0, -1), 0, 0]
    deciles = figures.deciles_of_popularity(purchases)
    assert deciles.tolist() == [number // 2 for number in range(20)] + [-1, -1]
    assert figures.deciles_of_popularity([1] * 10).tolist() == list(range(10))
    assert figures.deciles_of_popularity([0, 0]).tolist() == [-1, -1]


def test_shares_by_decile_sum_to_one_with_unsold_articles_last():
    shares = figures.shares_by_decile(LISTS, np.array([0, 3, -1, 9], np.int8))
    assert shares == [3 / 5, 0, 0, 1 / 5, 0, 0, 0, 0, 0, 0, 1 / 5]
    assert figures.shares_by_decile(NOTHING, np.zeros(4, np.int8)) == [0] * 11


def test_the_share_of_marked_articles_is_of_all_places():
    assert figures.share_of(LISTS, np.array([False, True, True, True])) == 2 / 5
