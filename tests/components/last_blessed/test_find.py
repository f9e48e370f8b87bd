"""The last blessed weights are those of the newest version that another run pushed."""

import datetime

import pytest

from components.last_blessed.executor import emit_weights, key_of
from components.model_files import write_description
from components.push.publish import publish
from components.served_folder import find_last_blessed, model_dir
from components.weights import FOLDER, WeightsRecord, read_record
from operations.rollback import rollback
from tests.fake_version import write_version


@pytest.fixture
def push(tmp_path):
    """Pushes a model of a run as version `number`."""

    def make(number, run_key, digest="d", weights=True):
        model = write_version(tmp_path / f"model-{number}", weights_digest=digest)
        if weights:
            towers = model / "assets.extra" / FOLDER / "towers"
            towers.mkdir(parents=True)
            (towers / "weights.npz").write_text(digest)
        return publish(model, model_dir(tmp_path), {"run_key": run_key}, at_least=number)

    return make


def found(tmp_path, run_key):
    version = find_last_blessed(model_dir(tmp_path), run_key)
    return version and int(version.name)


def test_a_first_run_finds_no_version(tmp_path):
    assert found(tmp_path, "a") is None
    model_dir(tmp_path).mkdir(parents=True)
    assert found(tmp_path, "a") is None


def test_the_newest_version_of_another_run_is_found(tmp_path, push):
    push(9, "a")
    push(10, "b")
    assert found(tmp_path, "c") == 10


def test_versions_of_the_run_itself_are_skipped(tmp_path, push):
    push(1, "a")
    push(2, "b")
    push(3, "b")
    assert found(tmp_path, "b") == 1
    assert found(tmp_path, "a") == 3


def test_a_run_that_pushed_all_versions_finds_none(tmp_path, push):
    push(1, "a")
    assert found(tmp_path, "a") is None


def test_a_version_without_weights_or_figures_is_skipped(tmp_path, push):
    push(1, "a")
    push(2, "b", weights=False)
    (push(3, "b") / "assets.extra" / "lookbook.json").unlink()
    assert found(tmp_path, "c") == 1


def test_a_version_that_was_rolled_back_to_is_the_newest(tmp_path, push):
    push(1, "a", digest="old")
    push(2, "b", digest="new")
    rollback(tmp_path, 1)
    version = find_last_blessed(model_dir(tmp_path), "c")
    assert version.name == "3"
    assert key_of(version) == "old"
    assert found(tmp_path, "a") == 2


def test_the_key_is_the_weights_digest_or_none(tmp_path, push):
    assert key_of(None) == "none"
    assert key_of(push(1, "a", digest="0123")) == "0123"


def test_a_run_without_a_key_skips_no_version(tmp_path, push):
    push(1, "a")
    push(2, "b")
    assert found(tmp_path, "") == 2


def test_the_weights_are_copied_with_their_record(tmp_path, push):
    version = push(1, "a", digest="0123")
    write_description(version, {"trained_until": "2020-09-16", "evaluation": {"map_at_12": 0.25, "customers": 160.0}})
    emit_weights(version, tmp_path / "to")
    assert (tmp_path / "to" / FOLDER / "towers" / "weights.npz").read_text() == "0123"
    assert read_record(tmp_path / "to") == WeightsRecord(
        first_run=False,
        trained_until=datetime.date(2020, 9, 16),
        refitted_until=None,
        blessed_map_at_12=0.25,
        blessed_customers=160,
    )


def test_without_a_version_the_record_states_a_first_run(tmp_path):
    emit_weights(None, tmp_path / "to")
    assert read_record(tmp_path / "to") == WeightsRecord(first_run=True)
    assert [path.name for path in (tmp_path / "to").iterdir()] == ["weights.json"]
