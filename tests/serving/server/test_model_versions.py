"""The versions of a model: which to serve, which folders to load, what is missing."""

from pathlib import Path

import grpc
import pytest

from serving.server.config import ModelConfig
from serving.server.model_versions import MAX_ENDED, ModelVersions
from serving.server.version_state import Phase, VersionState

FOLDERS = {1: Path("1"), 2: Path("2")}


def model(found=FOLDERS, always_present=True):
    """Versions of a configured model after a poll that found two folders."""
    versions = ModelVersions("lookbook", always_present)
    versions.model = ModelConfig(name="lookbook", base_path="/models")
    versions.found = found
    return versions


def add(versions, number, phase):
    versions.states[number] = VersionState(number, Path(str(number)), phase)
    return versions.states[number]


def fail(versions, number):
    add(versions, number, Phase.LOADING).failed(grpc.StatusCode.INTERNAL, "broken", frozenset(), 0.0)


def test_the_newest_version_is_wanted_and_the_next_older_one_if_it_failed():
    versions = model()
    assert versions.folders() == {2: Path("2")}
    fail(versions, 2)
    assert versions.folders() == FOLDERS
    assert not versions.all_failed()
    fail(versions, 1)
    assert versions.all_failed()


@pytest.mark.parametrize("found", [None, {}], ids=["unreadable base path", "empty base path"])
def test_loaded_versions_are_kept_if_no_version_is_found(found):
    versions = model(found=found)
    add(versions, 1, Phase.AVAILABLE)
    assert versions.wanted() is None
    assert versions.folders() == {1: Path("1")}


def test_without_always_present_an_empty_base_path_keeps_nothing():
    versions = model(found={}, always_present=False)
    add(versions, 1, Phase.AVAILABLE)
    assert versions.folders() == {}
    assert versions.next_to_unload(set()).number == 1


@pytest.mark.parametrize("found", [None, FOLDERS])
def test_a_model_that_is_no_longer_configured_keeps_nothing(found):
    versions = model(found=found)
    add(versions, 1, Phase.AVAILABLE)
    versions.model = None
    assert versions.folders() == {}


@pytest.mark.parametrize(
    ("found", "served", "message"),
    [
        (FOLDERS, [], None),
        (None, [], "the folder /models of model lookbook cannot be read, or does not exist; waiting"),
        ({}, [], "the folder /models of model lookbook has none of the wanted versions; waiting"),
        ({}, [3, 4], "the folder /models of model lookbook has none of the wanted versions; version 3, 4 stays loaded"),
    ],
)
def test_a_missing_folder_or_version_is_reported(found, served, message):
    assert model(found=found).missing(served) == message


def test_ended_states_are_kept_up_to_a_limit_oldest_removed_first():
    versions = model()
    for number in range(MAX_ENDED + 3):
        add(versions, number, Phase.END)
    versions.remove_ended(wanted={0})
    assert sorted(versions.states) == [0, *range(3, MAX_ENDED + 3)]


def test_a_reset_keeps_only_versions_that_have_not_ended():
    versions = model()
    add(versions, 1, Phase.END)
    add(versions, 2, Phase.LOADING)
    versions.reset()
    assert (list(versions.states), versions.found) == ([2], None)
