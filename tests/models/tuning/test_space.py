"""The values that a tuning tries are valid settings, and those of the run are among them."""

import typing

import pytest

from models.ranking.config import RankingConfig
from models.retrieval.config import RetrievalConfig
from models.tuning.space import RANKING, TOWERS, hyperparameters

SPACES = [pytest.param(RANKING, RankingConfig, id="ranking"), pytest.param(TOWERS, RetrievalConfig, id="towers")]


@pytest.mark.parametrize(("space", "kind"), SPACES)
def test_every_value_is_within_the_bounds_of_its_setting(space, kind):
    for name, values in space.items():
        assert len(set(values)) > 1, name
        for value in values:
            assert getattr(kind.from_tree({name: value}), name) == value


@pytest.mark.parametrize(("space", "kind"), SPACES)
def test_the_default_of_every_setting_is_tried(space, kind):
    for name, values in space.items():
        assert getattr(kind(), name) in values, name


def test_every_loss_is_tried():
    assert set(RANKING["loss"]) == set(typing.get_args(RankingConfig.model_fields["loss"].annotation))


def test_a_value_of_the_run_that_no_space_has_is_added_in_order():
    found = hyperparameters(RANKING, RankingConfig(units=48, loss="pointwise"))
    (units,) = [each for each in found.space if each.name == "units"]
    assert units.values == sorted({*RANKING["units"], 48})
    assert found.values["units"] == 48
    assert found.values["loss"] == "pointwise"
    assert set(found.values) == set(RANKING)
