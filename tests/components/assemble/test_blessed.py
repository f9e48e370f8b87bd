"""The last blessed weights on a new state: the same weights, the figure they were blessed with, or a word why not."""

import datetime
import json
import shutil

import numpy as np
import pytest

from components.assemble.executor import assemble_baseline, assemble_blessed, note_training
from components.model_files import blessed_customers, blessed_map, description_of, trained_until
from components.weights import FOLDER, weights_digest
from tests.tiny_training import RECOMMENDER
from transforms.calendar import date_of
from transforms.errors import LookbookError


@pytest.fixture
def last_blessed(trained, tmp_path):
    """What LastBlessed emits of a version that a training run pushed."""
    folder = tmp_path / "last_blessed"
    shutil.copytree(trained / "weights", folder / FOLDER)
    figures = {"run_key": "r", "judged_as_of": "2020-07-17", "evaluation": {"map_at_12": 0.25, "customers": 160.0}}
    (folder / "lookbook.json").write_text(json.dumps(figures))
    return folder


def test_weights_and_their_figure_travel_on_and_the_state_is_todays(tiny, last_blessed, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    description = assemble_blessed(tiny.states, tiny.calendar.end, last_blessed, RECOMMENDER, first)
    assert description.weights_digest == weights_digest(last_blessed / FOLDER)
    assert description.as_of == date_of(tiny.calendar.end)
    extra = first / "assets.extra"
    assert weights_digest(extra / FOLDER) == description.weights_digest
    figures = json.loads((extra / "lookbook.json").read_text())
    assert figures["blessed_map_at_12"] == 0.25
    assert figures["blessed_customers"] == 160
    assert figures["trained_until"] == "2020-07-17"  # of a version that does not say: where its judged week began
    # What a refresh pushed is refreshed in its turn: its own figure of a week is not the measure.
    (last_blessed / "lookbook.json").write_text(
        json.dumps({**figures, "evaluation": {"map_at_12": 0.24}, "judged_as_of": "2020-07-20"})
    )
    assemble_blessed(tiny.states, tiny.calendar.cut, last_blessed, RECOMMENDER, second)
    handed_on = description_of(second)
    assert (blessed_map(handed_on), blessed_customers(handed_on)) == (0.25, 160)
    assert trained_until(handed_on) == datetime.date(2020, 7, 17)


def test_without_blessed_weights_a_refresh_says_to_train(tiny, tmp_path):
    with pytest.raises(LookbookError, match=r"must find weights that were blessed.*lookbook run"):
        assemble_blessed(tiny.states, tiny.calendar.end, tmp_path / "nothing", RECOMMENDER, tmp_path / "to")


def test_weights_of_other_features_are_refused_with_the_remedy(tiny, last_blessed, tmp_path):
    ranking = last_blessed / FOLDER / "ranking" / "ranking.json"
    tree = json.loads(ranking.read_text())
    ranking.write_text(json.dumps({**tree, "features": ["a_feature_of_yesterday", *tree["features"][1:]]}))
    with pytest.raises(LookbookError, match=r"must be able to use the last blessed weights: .*; train anew"):
        assemble_blessed(tiny.states, tiny.calendar.end, last_blessed, RECOMMENDER, tmp_path / "to")


def test_a_trained_model_says_until_when_its_weights_were_trained(tiny, trained, tmp_path):
    """Judged weights have seen nothing of the test week; the refitted network has seen all of it."""
    for folder, refitted in (("with", True), ("without", False)):
        extra = tmp_path / folder / "assets.extra"
        shutil.copytree(trained / "weights", extra / FOLDER)
        if not refitted:
            shutil.rmtree(extra / FOLDER / "ranking" / "refitted")
        (extra / "lookbook.json").write_text('{"weights_digest": "d"}')
        note_training(tmp_path / folder, tiny.calendar)
        assert description_of(tmp_path / folder) == {
            "weights_digest": "d",
            "trained_until": date_of(tiny.calendar.cut),
            "refitted_until": date_of(tiny.calendar.end if refitted else tiny.calendar.cut),
        }


@pytest.mark.parametrize(("days_before_the_cut", "kind"), [(0, "last_blessed"), (-1, "own_purchases")])
def test_weights_that_have_seen_the_judged_week_are_no_baseline(
    tiny, last_blessed, tmp_path, days_before_the_cut, kind
):
    until = date_of(tiny.calendar.cut - days_before_the_cut)
    (last_blessed / "lookbook.json").write_text(json.dumps({"trained_until": until}))
    assert assemble_baseline(tiny.states, tiny.calendar.cut, last_blessed, RECOMMENDER, tmp_path / "to") == kind


@pytest.mark.parametrize("fault", ["shape", "number", "setting", "vocabulary"])
def test_weights_that_do_not_fit_are_no_baseline(tiny, last_blessed, tmp_path, fault):
    weights = last_blessed / FOLDER
    (last_blessed / "lookbook.json").write_text("{}")
    if fault in ("shape", "number"):
        with np.load(weights / "ranking" / "ranking.npz") as archive:
            arrays = [archive[name] for name in archive.files]
        changed = arrays[:-1] if fault == "number" else [arrays[0][:-1], *arrays[1:]]
        np.savez(weights / "ranking" / "ranking.npz", *changed)
    else:
        tree = json.loads((weights / "towers" / "towers.json").read_text())
        if fault == "setting":
            tree["config"]["a_setting_of_yesterday"] = 1
        else:
            del tree["sizes"]["colour_group_name"]
        (weights / "towers" / "towers.json").write_text(json.dumps(tree))
    assert assemble_baseline(tiny.states, tiny.calendar.cut, last_blessed, RECOMMENDER, tmp_path / "to") == (
        "own_purchases"
    )


def test_a_fault_of_a_library_is_not_taken_for_weights_that_do_not_fit(tiny, last_blessed, tmp_path, monkeypatch):
    def broken(*given, **named):
        raise ValueError("a fault of TensorFlow")

    (last_blessed / "lookbook.json").write_text("{}")
    monkeypatch.setattr("models.recommender.builder.build_index", broken)
    with pytest.raises(ValueError, match="a fault of TensorFlow"):
        assemble_baseline(tiny.states, tiny.calendar.cut, last_blessed, RECOMMENDER, tmp_path / "to")
    with pytest.raises(ValueError, match="a fault of TensorFlow"):
        assemble_blessed(tiny.states, tiny.calendar.end, last_blessed, RECOMMENDER, tmp_path / "to")
