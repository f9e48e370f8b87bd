"""The intensities, worked out by hand on a few articles."""

import dataclasses
import math

import numpy as np
import pytest

from synthetic import demand
from synthetic.catalogue import make_catalogue
from synthetic.habits import HM
from synthetic.memory import Memory
from synthetic.weighted_sampler import WeightedSampler

NONE = -1


def test_the_weight_of_a_repeat_depends_on_strength_and_age_and_is_0_when_withdrawn():
    link = demand.Link(
        name="repeat", targets=np.array([[0], [1]]), coefficients=np.array([[2.0], [0.5]]), memory_periods=4.0
    )
    masses = np.stack([link.now(np.array([True, False])).sum(axis=1)])
    weights = demand.excitation((link,), masses, np.array([[0, 1, NONE]]), np.array([[4, 1, 1]]))
    assert weights[0, 0] == pytest.approx([2.0 / math.e, 0.0, 0.0])


def test_the_share_of_history_is_loyalty_times_e_over_one_plus_e():
    share = demand.history_share(np.array([0.8, 0.8]), np.array([3.0, 0.0]))
    assert share == pytest.approx([0.6, 0.0])


def test_a_season_has_its_maximum_in_its_week_and_its_minimum_half_a_year_later():
    coat = [kind.name for kind in demand.words.TYPES].index("Coat")
    kind = demand.words.TYPES[coat]
    assert demand.season(kind.peak_week)[coat] == pytest.approx(kind.swing)
    assert demand.season(kind.peak_week + 26.09)[coat] == pytest.approx(-kind.swing)


@pytest.mark.parametrize(
    ("popularity", "limited"),
    [(2.0 - 20.0, 2.0 - 20.0), (2.0, 2.0 - math.log(2.0)), (2.0 + 20.0, 2.0)],
    ids=["far below", "at the limit", "far above"],
)
def test_popularity_stays_below_the_limit(popularity, limited):
    catalogue = make_catalogue(60, 10, np.random.default_rng(0), HM)
    trend = popularity - catalogue.log_popularity
    limit = dataclasses.replace(HM, popularity_limit=2.0)
    free = dataclasses.replace(HM, popularity_limit=math.inf)
    appeal = demand.appeal(catalogue, trend, 6, 20.0, limit)
    assert np.any(appeal > 0)
    assert appeal == pytest.approx(demand.appeal(catalogue, trend, 6, 20.0, free) * math.exp(limited - popularity))


def test_a_sampler_draws_the_column_of_the_uniform_number():
    sampler = WeightedSampler(np.array([[1.0, 0.0, 3.0], [0.0, 2.0, 0.0]]))
    drawn = sampler.draw(np.array([0, 0, 0, 1, 1]), np.array([0.0, 0.24, 0.26, 0.0, 0.999]))
    assert drawn.tolist() == [0, 0, 2, 1, 1]


def test_memory_replaces_the_oldest_purchases_and_returns_their_age():
    memory = Memory(2)
    memory.add(np.array([0, 0, 1]), np.array([5, 6, 7]), period=2)
    memory.add(np.array([0] * (demand.MEMORY - 1)), np.arange(100, 99 + demand.MEMORY), period=3)
    articles, periods_ago = memory.recall(np.array([0, 1]), period=5)
    assert 5 not in articles[0]
    assert periods_ago[0][articles[0] == 6].tolist() == [3]
    assert set(articles[0]) == {6, *range(100, 99 + demand.MEMORY)}
    assert sorted(articles[1])[-2:] == [NONE, 7]
