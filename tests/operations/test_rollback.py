"""Versions are listed, rolled back and deleted, and the newest version is complete at all times."""

import pytest

from components.model_files import DESCRIPTION
from components.push import publish
from components.served_folder import model_dir
from operations.rollback import delete, retain, rollback
from pipeline.versions import list_versions, served_version
from tests.fake_version import write_version
from transforms.errors import LookbookError


def push(out, number, **figures):
    path = write_version(model_dir(out) / str(number), **figures)
    (path / "variables").mkdir()
    (path / "saved_model.pb").write_bytes(b"graph of %d" % number)
    (path / "variables" / "variables.index").write_bytes(b"weights of %d" % number)
    return path


@pytest.fixture
def out(tmp_path):
    """A folder with the versions 5 and 8."""
    push(tmp_path, 5, digest="five")
    push(tmp_path, 8, digest="eight")
    return tmp_path


def numbers(out):
    return [version.number for version in list_versions(out)]


def test_without_a_push_there_are_no_versions(tmp_path):
    assert list_versions(tmp_path) == []
    with pytest.raises(LookbookError, match="has none; run `lookbook run --out"):
        served_version(tmp_path)


def test_versions_are_sorted_by_number_and_the_highest_is_served(tmp_path):
    for number in (9, 100, 20):
        push(tmp_path, number, map_at_12=number / 1000)
    assert numbers(tmp_path) == [9, 20, 100]
    assert [version.served for version in list_versions(tmp_path)] == [False, False, True]
    assert served_version(tmp_path).figures == {"map_at_12": 0.1}


def test_other_folders_are_not_listed(tmp_path):
    push(tmp_path, 1)
    for name in (".incoming-abc", "notes", "2", "-3"):
        (model_dir(tmp_path) / name).mkdir()
    assert numbers(tmp_path) == [1]


def test_missing_or_broken_figures_are_empty(tmp_path):
    (push(tmp_path, 1) / DESCRIPTION).unlink()
    (push(tmp_path, 2) / DESCRIPTION).write_text("{")
    (push(tmp_path, 3) / DESCRIPTION).write_text("[]")
    assert [version.figures for version in list_versions(tmp_path)] == [{}, {}, {}]


def test_a_rollback_serves_a_copy_under_a_new_highest_number(out):
    now = rollback(out, 5)
    assert numbers(out) == [5, 8, 9]
    assert now == served_version(out)
    assert (now.path / "saved_model.pb").read_bytes() == b"graph of 5"
    assert (now.path / "variables" / "variables.index").read_bytes() == b"weights of 5"
    assert now.figures == {"digest": "five", "copy_of": 5, "rolled_back_from": 8}
    assert now.path.stat().st_mode == (model_dir(out) / "5").stat().st_mode


def test_a_rollback_changes_no_existing_version(out):
    rollback(out, 5)
    assert [version.figures for version in list_versions(out)[:2]] == [{"digest": "five"}, {"digest": "eight"}]


def test_a_rollback_can_be_undone(out):
    rollback(out, 5)
    assert rollback(out, 8).figures == {"digest": "eight", "copy_of": 8, "rolled_back_from": 9}


@pytest.mark.parametrize(("number", "rule"), [(7, "must be one of 5, 8. Received: 7"), (8, "8 is served already")])
def test_a_rollback_to_a_wrong_version_is_an_error_and_changes_nothing(out, number, rule):
    with pytest.raises(LookbookError, match=rule):
        rollback(out, number)
    assert sorted(path.name for path in model_dir(out).iterdir()) == ["5", "8"]


def test_a_failed_copy_leaves_no_files(out, monkeypatch):
    def full_disk(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publish.shutil, "copytree", full_disk)
    with pytest.raises(OSError, match="No space"):
        rollback(out, 5)
    assert sorted(path.name for path in model_dir(out).iterdir()) == ["5", "8"]


def test_a_concurrent_push_keeps_its_number_and_its_content(out, monkeypatch):
    copytree = publish.shutil.copytree

    def copy_while_another_pushes(*args, **kwargs):
        if not (model_dir(out) / "9").exists():
            push(out, 9)
        return copytree(*args, **kwargs)

    monkeypatch.setattr(publish.shutil, "copytree", copy_while_another_pushes)
    assert rollback(out, 5).number == 10
    assert (model_dir(out) / "9" / "saved_model.pb").read_bytes() == b"graph of 9"


def test_the_highest_version_is_complete_during_a_rollback(out, monkeypatch):
    seen = []

    def watched(*args, **kwargs):
        seen.append(numbers(out))
        result = original(*args, **kwargs)
        seen.append(numbers(out))
        return result

    original = publish.shutil.copytree
    monkeypatch.setattr(publish.shutil, "copytree", watched)
    rollback(out, 5)
    assert seen
    assert all(there == [5, 8] for there in seen)


def test_the_oldest_versions_are_deleted(tmp_path):
    for number in (1, 2, 3, 10):
        push(tmp_path, number)
    assert retain(tmp_path, keep=2) == [1, 2]
    assert sorted(path.name for path in model_dir(tmp_path).iterdir()) == ["10", "3"]


def test_keeping_more_versions_than_exist_deletes_none(tmp_path):
    push(tmp_path, 1)
    assert retain(tmp_path, keep=5) == []
    assert numbers(tmp_path) == [1]


def test_the_served_version_is_never_deleted(tmp_path):
    push(tmp_path, 1)
    with pytest.raises(ValueError, match="keep must be 1 or more"):
        retain(tmp_path, keep=0)
    assert numbers(tmp_path) == [1]


def test_a_partially_deleted_version_is_deleted(tmp_path):
    push(tmp_path, 1)
    (model_dir(tmp_path) / ".removed-0").mkdir()
    retain(tmp_path, keep=1)
    assert [path.name for path in model_dir(tmp_path).iterdir()] == ["1"]


def test_a_version_is_renamed_before_it_is_deleted(tmp_path, monkeypatch):
    push(tmp_path, 1)
    push(tmp_path, 2)
    monkeypatch.setattr(publish.shutil, "rmtree", lambda *args, **kwargs: None)
    retain(tmp_path, keep=1)
    assert sorted(path.name for path in model_dir(tmp_path).iterdir()) == [".removed-1", "2"]


def test_one_version_is_deleted_but_never_the_served_one(out):
    push(out, 9)
    delete(out, 8)
    assert numbers(out) == [5, 9]
    for number, reason in ((9, "must not be the served one. Received: 9"), (7, "must be one of 5, 9. Received: 7")):
        with pytest.raises(LookbookError, match=reason):
            delete(out, number)
    assert numbers(out) == [5, 9]
    assert [path.name for path in model_dir(out).iterdir() if path.name.startswith(".")] == []
