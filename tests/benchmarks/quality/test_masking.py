"""A masked group of features does not change the scores of the ranking network."""

import numpy as np
import pytest

from benchmarks.quality import masking
from models.ranking.config import RankingConfig
from models.ranking.lists import Lists
from models.ranking.weights import build_network
from models.recommender import features


@pytest.fixture
def lists():
    draw = np.random.default_rng(0)
    values = draw.normal(size=(4, 5, len(features.NAMES))).astype(np.float32)
    return Lists(features=values, labels=np.zeros((4, 5), np.float32))


def test_groups_are_the_modules_of_the_features_with_their_positions():
    groups = masking.groups()

    assert {"own_strength", "own_strength_in_list", "tower_score_in_list"} <= set(groups["pair"])
    assert "article_purchases_7d" not in groups["pair"]
    apart = [name for group, names in groups.items() if group != "standing" for name in names]
    assert sorted(apart) == sorted(features.NAMES)


def test_a_masked_network_scores_like_with_features_of_0(lists):
    network = build_network(RankingConfig(units=8, blocks=1), features.NAMES)
    masked = masking.mask_lists(lists, "pair")
    before = network(masked.features).numpy()
    assert np.abs(network(lists.features).numpy() - before).max() > 1e-3

    masking.mask_network(network, "pair")

    np.testing.assert_allclose(network(lists.features).numpy(), before, atol=1e-6)


def test_masking_does_not_change_the_lists(lists):
    before = lists.features.copy()

    masking.mask_lists(lists, "standing")

    np.testing.assert_array_equal(lists.features, before)
