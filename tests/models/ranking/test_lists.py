"""Lists of the ranking network: sampling, joining and the moments of features."""

import numpy as np
import pytest

from models.ranking.lists import PADDING, Lists, join, moments, sample
from tests.models.ranking.toy_lists import toy


def drawn(lists=40, candidates=12, seed=3):
    draw = np.random.default_rng(seed)
    labels = draw.choice([1.0, 0.0, 0.0, 0.0, -1.0], (lists, candidates)).astype(np.float32)
    features = np.arange(lists * candidates * 2, dtype=np.float32).reshape(lists, candidates, 2)
    return features, labels


@pytest.mark.parametrize("negatives", [1, 3, 100])
def test_sampling_keeps_all_positives_and_at_most_the_given_negatives(negatives):
    features, labels = drawn()
    kept = sample(features, labels, negatives, seed=1)
    for before, marks, after, left in zip(features, labels, kept.features, kept.labels, strict=True):
        positives = {tuple(pair) for pair in before[marks > 0]}
        others = {tuple(pair) for pair in before[marks == 0]}
        assert {tuple(pair) for pair in after[left > 0]} == positives
        found = {tuple(pair) for pair in after[left == 0]}
        assert found <= others
        assert len(found) == min(negatives, len(others))
        assert (left > 0).sum() == len(positives)
        assert set(left.tolist()) <= {1.0, 0.0, PADDING}


def test_sampling_depends_on_its_seed():
    features, labels = drawn()
    one, two, other = (sample(features, labels, 2, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.features, two.features)
    assert (one.features != other.features).any()


def test_sampling_draws_negatives_uniformly():
    features = np.arange(10, dtype=np.float32).reshape(1, 10, 1)
    labels = np.array([[1.0, *[0.0] * 9]], np.float32)
    counts = np.zeros(10)
    for seed in range(600):
        kept = sample(features, labels, 3, seed)
        counts[kept.features[0, kept.labels[0] == 0, 0].astype(int)] += 1
    assert counts[0] == 0
    assert counts[1:].min() > 150  # 200 expected, standard deviation 11.5
    assert counts[1:].max() < 250


def test_joined_lists_are_padded_to_the_longest():
    short = Lists(features=np.ones((2, 3, 1), np.float32), labels=np.ones((2, 3), np.float32))
    long = Lists(features=np.full((1, 5, 1), 2, np.float32), labels=np.zeros((1, 5), np.float32))
    both = join([short, long])
    assert both.features.shape == (3, 5, 1)
    assert both.labels.tolist() == [[1, 1, 1, -1, -1]] * 2 + [[0] * 5]
    assert both.features[0, :, 0].tolist() == [1, 1, 1, 0, 0]


def test_moments_ignore_padding():
    features = np.array([[[1.0, 5.0, 7.0], [3.0, 5.0001, 7.0], [99.0, 99.0, 99.0]]], np.float32)
    mean, deviation = moments(Lists(features=features, labels=np.array([[1.0, 0.0, -1.0]], np.float32)))
    assert mean.tolist() == pytest.approx([2.0, 5.00005, 7.0])
    assert deviation.tolist() == pytest.approx([1.0, 1e-3, np.inf])


def test_moments_do_not_depend_on_the_chunk_size(monkeypatch):
    lists = toy()
    real = lists.features[lists.labels >= 0].astype(np.float64)
    monkeypatch.setattr("models.ranking.lists.LISTS_PER_CHUNK", 7)
    mean, deviation = moments(lists)
    np.testing.assert_allclose(mean, real.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(deviation[:2], real.std(axis=0)[:2], rtol=1e-6)
    assert deviation[2] == np.inf
