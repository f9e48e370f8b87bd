"""The statistics of the last pushed run are those of the newest version that another run pushed."""

import pytest

from components.drift.baseline import baseline_version, emit_baseline, find_baseline, key_of_baseline
from components.drift.statistics import read_statistics, write_statistics
from components.model_files import DRIFT
from components.push.publish import publish
from components.served_folder import model_dir
from operations.rollback import rollback
from tests.components.drift.statistics_by_hand import statistics
from tests.fake_version import write_version


@pytest.fixture
def push(tmp_path):
    """Pushes a version of a run, with statistics of a price unless None."""

    def make(number, run_key, price=(1,)):
        model = write_version(tmp_path / f"model-{number}", weights_digest="d")
        folders = {}
        if price is not None:
            write_statistics(statistics(recent__price=list(price)), tmp_path / f"statistics-{number}")
            folders = {DRIFT: tmp_path / f"statistics-{number}"}
        return publish(model, model_dir(tmp_path), {"run_key": run_key}, at_least=number, folders=folders)

    return make


def found(tmp_path, run_key):
    version = find_baseline(model_dir(tmp_path), run_key)
    return version and int(version.name)


def test_a_first_run_has_no_baseline(tmp_path, push):
    assert found(tmp_path, "a") is None
    push(1, "a")
    assert found(tmp_path, "a") is None, "a second run on the same inputs is compared with the same version"
    assert key_of_baseline(None) == "none"


def test_the_newest_version_of_another_run_is_the_baseline(tmp_path, push):
    push(1, "a")
    push(2, "b")
    assert (found(tmp_path, "c"), found(tmp_path, "b")) == (2, 1)


def test_versions_of_earlier_releases_have_no_statistics(tmp_path, push):
    push(1, "a")
    push(2, "b", price=None)
    assert found(tmp_path, "c") == 1


def test_a_rollback_brings_the_statistics_of_its_version_back(tmp_path, push):
    push(1, "a", price=(1, 2))
    push(2, "b", price=(3, 4))
    rollback(tmp_path, 1)
    version = find_baseline(model_dir(tmp_path), "c")
    emit_baseline(version, tmp_path / "artifact")
    assert read_statistics(tmp_path / "artifact") == statistics(recent__price=[1, 2])
    assert baseline_version(tmp_path / "artifact") == "3"


def test_the_cache_key_names_the_statistics(tmp_path, push):
    same, other = push(1, "a"), push(2, "b", price=(2,))
    assert key_of_baseline(same) == key_of_baseline(push(3, "c")) != key_of_baseline(other)


def test_without_a_version_the_artifact_is_empty(tmp_path):
    emit_baseline(None, tmp_path / "artifact")
    assert read_statistics(tmp_path / "artifact") is None
    assert baseline_version(tmp_path / "artifact") is None
