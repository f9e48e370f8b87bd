"""A refitted network is used only if its loss in the test week is below that of the judged one."""

import numpy as np

from models.ranking.config import RankingConfig
from models.ranking.lists import Lists
from models.ranking.training import fit
from models.ranking.weights import build_network
from models.recommender.trainer import improves_on_test_week

CONFIG = RankingConfig(networks=1, units=16, blocks=1, dropout=0.0, epochs=20, min_steps=1, batch_lists=16)
NAMES = ("signal", "noise")


def week(lists=64, candidates=6):
    """Lists in which the candidate with the largest signal was bought."""
    features = np.random.default_rng(0).normal(size=(lists, candidates, 2)).astype(np.float32)
    labels = np.zeros((lists, candidates), np.float32)
    labels[np.arange(lists), features[:, :, 0].argmax(axis=1)] = 1.0
    return Lists(features=features, labels=labels)


def test_a_network_improves_only_with_a_lower_loss_in_the_test_week(tmp_path):
    test_week = week()
    fresh, trained, broken = (build_network(CONFIG.replace(seed=i), NAMES) for i in range(3))
    fit(trained, test_week, CONFIG, logs=str(tmp_path / "logs"), backup=str(tmp_path / "backup"))
    broken.set_weights([np.full_like(weight, np.nan) for weight in broken.get_weights()])
    assert improves_on_test_week(trained, fresh, test_week, CONFIG)
    assert not improves_on_test_week(fresh, trained, test_week, CONFIG)
    assert not improves_on_test_week(broken, trained, test_week, CONFIG)
