"""The last blessed weights on a new state: the same weights, the figure they were blessed with, or a word why not."""

import json
import shutil

import pytest

from components.assemble.executor import assemble_blessed
from components.assemble.weights import WEIGHTS, weights_digest
from components.push.publish import blessed_map
from tests.tiny_training import RECOMMENDER
from transforms.calendar import date_of
from transforms.errors import LookbookError


@pytest.fixture
def last_blessed(trained, tmp_path):
    """What LastBlessed emits of a version that a training run pushed."""
    folder = tmp_path / "last_blessed"
    shutil.copytree(trained / "weights", folder / WEIGHTS)
    (folder / "lookbook.json").write_text(json.dumps({"run_key": "r", "evaluation": {"map_at_12": 0.25}}))
    return folder


def test_weights_and_their_figure_travel_on_and_the_state_is_todays(tiny, last_blessed, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    description = assemble_blessed(tiny.states, tiny.calendar.end, last_blessed, RECOMMENDER, first)
    assert description.weights_digest == weights_digest(last_blessed / WEIGHTS)
    assert description.as_of == date_of(tiny.calendar.end)
    extra = first / "assets.extra"
    assert weights_digest(extra / WEIGHTS) == description.weights_digest
    figures = json.loads((extra / "lookbook.json").read_text())
    assert figures["blessed_map_at_12"] == 0.25
    # What a refresh pushed is refreshed in its turn: its own figure of a week is not the measure.
    (last_blessed / "lookbook.json").write_text(json.dumps({**figures, "evaluation": {"map_at_12": 0.24}}))
    assemble_blessed(tiny.states, tiny.calendar.cut, last_blessed, RECOMMENDER, second)
    assert blessed_map(json.loads((second / "assets.extra" / "lookbook.json").read_text())) == 0.25


def test_without_blessed_weights_a_refresh_says_to_train(tiny, tmp_path):
    with pytest.raises(LookbookError, match=r"must find weights that were blessed.*lookbook run"):
        assemble_blessed(tiny.states, tiny.calendar.end, tmp_path / "nothing", RECOMMENDER, tmp_path / "to")


def test_weights_of_other_features_are_refused_with_the_remedy(tiny, last_blessed, tmp_path):
    ranking = last_blessed / WEIGHTS / "ranking" / "ranking.json"
    tree = json.loads(ranking.read_text())
    ranking.write_text(json.dumps({**tree, "features": ["a_feature_of_yesterday", *tree["features"][1:]]}))
    with pytest.raises(LookbookError, match=r"must be able to use the last blessed weights: .*; train anew"):
        assemble_blessed(tiny.states, tiny.calendar.end, last_blessed, RECOMMENDER, tmp_path / "to")
