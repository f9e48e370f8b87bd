"""Permutation importance on lists whose figures are worked out by hand."""

import math

import numpy as np
import pytest

from components.insights.feature_groups import families, with_relative_forms
from components.insights.importance import JudgedLists, figures, permutation_importance
from models.recommender import features

GROUPS = {"decides": [0], "ignored": [1], "of_the_list": [2]}


def lists(count=40, width=20, seed=0):
    """Each list has one positive; feature 0 tells it, feature 1 is noise, feature 2 is equal in each list."""
    random = np.random.default_rng(seed)
    values = random.random((count, width, 3)).astype(np.float32)
    bought = np.zeros((count, width), bool)
    bought[np.arange(count), random.integers(width, size=count)] = True
    values[:, :, 0] = bought
    values[:, :, 2] = np.arange(count)[:, None]
    return JudgedLists(values, np.ones((count, width), bool), bought, np.ones(count, np.int64))


def drops(of, score, **options):
    return permutation_importance(of, score, GROUPS, **{"repeats": 5, "seed": 0, **options})


def test_the_feature_that_decides_has_all_importance_and_the_others_none():
    found = drops(lists(), lambda values: values[:, :, 0])
    assert set(found) == set(GROUPS)
    assert found["ignored"] == {"map_at_12": [0.0] * 5, "ndcg_at_12": [0.0] * 5}
    assert found["of_the_list"]["map_at_12"] == [0.0] * 5
    assert len(set(found["decides"]["map_at_12"])) > 1
    # Chance puts the positive at each of 20 places equally often: MAP@12 is (1 + 1/2 + ... + 1/12) / 20.
    by_chance = sum(1 / place for place in range(1, 13)) / 20
    many = drops(lists(count=2000), lambda values: values[:, :, 0], repeats=2)["decides"]["map_at_12"]
    assert np.mean(many) == pytest.approx(1 - by_chance, abs=0.02)


def test_a_feature_of_the_list_is_exchanged_between_lists():
    seen = []

    def score(values):
        seen.append(values[:, :, 2])
        return values[:, :, 0]

    drops(lists(), score, repeats=1)
    exchanged = seen[-1]
    assert (exchanged == exchanged[:, :1]).all()
    assert sorted(exchanged[:, 0].tolist()) == list(range(40))
    assert exchanged[:, 0].tolist() != list(range(40))


def test_lists_without_a_positive_count_in_the_mean_and_padding_is_never_ranked():
    # Scores 3, 2, 1 and a padding of 9. Bought: the second of list one; an article that is no candidate in list two.
    values = np.array([[[3], [2], [1], [9]]] * 2, np.float32)
    real = np.array([[True, True, True, False]] * 2)
    bought = np.array([[False, True, False, False], [False, False, False, True]])
    found = figures(JudgedLists(values, real, bought, np.array([2, 1])), values[:, :, 0])
    assert found["map_at_12"] == pytest.approx((1 / 2) / 2 / 2)
    assert found["ndcg_at_12"] == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)) / 2)


def test_the_same_seed_gives_the_same_drops():
    first, second = (drops(lists(), lambda values: values[:, :, 0]) for _ in range(2))
    assert first == second
    assert first != drops(lists(), lambda values: values[:, :, 0], seed=1)


def test_each_feature_is_in_one_group_and_one_family_with_its_relative_form():
    groups = with_relative_forms()
    every = list(range(len(features.NAMES)))
    assert sorted(place for places in groups.values() for place in places) == every
    assert sorted(place for places in families().values() for place in places) == every
    assert [features.NAMES[place] for place in groups["own_strength"]] == ["own_strength", "own_strength_in_list"]
    assert set(groups["article_units"]) <= set(families()["article"])
