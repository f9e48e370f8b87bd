"""Assembling weights with a state: the fields taken from the record, and the fallback without usable weights."""

import datetime
import json
import shutil

import numpy as np
import pytest

from components.assemble.executor import assemble
from components.last_blessed.executor import emit_weights
from components.model_files import blessed_customers, blessed_map, description_of, trained_until
from components.weights import FOLDER, WeightsRecord, weights_digest
from tests.tiny_training import RECOMMENDER
from transforms.calendar import date_of
from transforms.errors import LookbookError

OWN = "own_purchases"


@pytest.fixture
def weights(trained, tmp_path):
    """The output of LastBlessed for a version that a training run of an earlier release pushed."""
    folder = tmp_path / "last_blessed"
    shutil.copytree(trained / "weights", folder / FOLDER)
    pushed = {"run_key": "r", "judged_as_of": "2020-07-17", "evaluation": {"map_at_12": 0.25, "customers": 160.0}}
    WeightsRecord.of_version(pushed).write(folder)
    return folder


def record(folder, until):
    WeightsRecord(trained_until=datetime.date.fromisoformat(until)).write(folder)


def test_a_refresh_keeps_weights_and_record_and_takes_the_new_state(tiny, weights, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    assemble(tiny.states, weights, "end", RECOMMENDER, first)
    described = description_of(first)
    assert (
        described["weights_digest"]
        == weights_digest(weights / FOLDER)
        == weights_digest(first / "assets.extra/weights")
    )
    assert described["as_of"] == date_of(tiny.calendar.end)
    assert (described["blessed_map_at_12"], described["blessed_customers"]) == (0.25, 160)
    assert described["trained_until"] == "2020-07-17"  # missing in the version: the first day of its judged week
    # A refresh of a refresh keeps the blessed figures of the training run, not those of the first refresh.
    description = {**described, "evaluation": {"map_at_12": 0.24}, "judged_as_of": "2020-07-20"}
    (first / "assets.extra" / "lookbook.json").write_text(json.dumps(description))
    emit_weights(first, tmp_path / "again")
    assemble(tiny.states, tmp_path / "again", "cut", RECOMMENDER, second)
    handed_on = description_of(second)
    assert (blessed_map(handed_on), blessed_customers(handed_on)) == (0.25, 160)
    assert trained_until(handed_on) == datetime.date(2020, 7, 17)
    assert handed_on["as_of"] == date_of(tiny.calendar.cut)
    assert not (second / "assets.extra" / "weights").exists(), "the judged model has no weights to hand on"


def test_a_refresh_without_blessed_weights_fails_with_the_remedy(tiny, tmp_path):
    emit_weights(None, tmp_path / "nothing")
    with pytest.raises(LookbookError, match=r"needs a version with blessed weights.*lookbook run"):
        assemble(tiny.states, tmp_path / "nothing", "end", RECOMMENDER, tmp_path / "to")


def test_weights_of_other_features_are_refused_with_the_remedy(tiny, weights, tmp_path):
    ranking = weights / FOLDER / "ranking" / "ranking.json"
    tree = json.loads(ranking.read_text())
    ranking.write_text(json.dumps({**tree, "features": ["a_feature_of_yesterday", *tree["features"][1:]]}))
    with pytest.raises(LookbookError, match=r"cannot use the last blessed weights: .*; train again"):
        assemble(tiny.states, weights, "cut", RECOMMENDER, tmp_path / "to")


def is_own_purchases(tiny, folder):
    described = description_of(folder)
    assert described["as_of"] == date_of(tiny.calendar.cut)
    if described.get("recommender") == OWN:
        assert "weights_digest" not in described
        return True
    assert described["weights_digest"]
    return False


def test_the_baseline_of_a_first_run_is_own_purchases(tiny, tmp_path):
    emit_weights(None, tmp_path / "nothing")
    assemble(tiny.states, tmp_path / "nothing", "cut", RECOMMENDER, tmp_path / "to", fallback=OWN)
    assert is_own_purchases(tiny, tmp_path / "to")


@pytest.mark.parametrize(("days_after_the_cut", "falls_back"), [(0, False), (1, True)])
def test_weights_trained_on_the_judged_week_are_not_the_baseline(
    tiny, weights, tmp_path, days_after_the_cut, falls_back
):
    record(weights, date_of(tiny.calendar.cut + days_after_the_cut))
    assemble(tiny.states, weights, "cut", RECOMMENDER, tmp_path / "to", fallback=OWN)
    assert is_own_purchases(tiny, tmp_path / "to") is falls_back


@pytest.mark.parametrize("fault", ["shape", "number", "setting", "vocabulary"])
def test_incompatible_weights_are_not_the_baseline(tiny, weights, tmp_path, fault):
    ranking, towers = weights / FOLDER / "ranking", weights / FOLDER / "towers"
    record(weights, date_of(tiny.calendar.cut))
    if fault in ("shape", "number"):
        with np.load(ranking / "ranking.npz") as archive:
            arrays = [archive[name] for name in archive.files]
        changed = arrays[:-1] if fault == "number" else [arrays[0][:-1], *arrays[1:]]
        np.savez(ranking / "ranking.npz", *changed)
    else:
        tree = json.loads((towers / "towers.json").read_text())
        if fault == "setting":
            tree["config"]["a_setting_of_yesterday"] = 1
        else:
            del tree["sizes"]["colour_group_name"]
        (towers / "towers.json").write_text(json.dumps(tree))
    assemble(tiny.states, weights, "cut", RECOMMENDER, tmp_path / "to", fallback=OWN)
    assert is_own_purchases(tiny, tmp_path / "to")


@pytest.mark.parametrize("fallback", ["none", OWN])
def test_an_error_of_a_library_is_not_taken_for_incompatible_weights(tiny, weights, tmp_path, monkeypatch, fallback):
    def broken(*given, **named):
        raise ValueError("a fault of TensorFlow")

    record(weights, date_of(tiny.calendar.cut))
    monkeypatch.setattr("models.recommender.builder.build_index", broken)
    with pytest.raises(ValueError, match="a fault of TensorFlow"):
        assemble(tiny.states, weights, "cut", RECOMMENDER, tmp_path / "to", fallback=fallback)


def test_an_unknown_fallback_is_an_error(tiny, weights, tmp_path):
    with pytest.raises(ValueError, match=r"fallback must be none or own_purchases. Received: 'popular'"):
        assemble(tiny.states, weights, "cut", RECOMMENDER, tmp_path / "to", fallback="popular")
