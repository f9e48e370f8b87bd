"""A version appears in the served folder complete and with the highest number; the oldest are removed."""

import json
import os
import pathlib
import threading

import pytest

from components.model_files import description_of
from components.push import publish as publishing
from components.push.publish import drop_old, publish
from components.served_folder import version_folders

FILES = ("saved_model.pb", "variables/variables.index", "assets.extra/lookbook.json", "zz/last")


def saved_model(folder: pathlib.Path, **figures) -> pathlib.Path:
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(figures) if name.endswith(".json") else "x" * 1000)
    return folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def model(tmp_path):
    return saved_model(tmp_path / "model", weights_digest="d", as_of="2020-01-01")


@pytest.fixture
def served(tmp_path):
    return tmp_path / "serving" / "lookbook"


@pytest.fixture
def clock(monkeypatch):
    """Sets the time."""
    return lambda now: monkeypatch.setattr(publishing.time, "time", lambda: now)


def test_all_files_are_copied_and_the_figures_added_to_the_description(model, served):
    version = publish(model, served, {"run_key": "r", "as_of": "2020-02-02"})
    assert all((version / name).is_file() for name in FILES)
    assert description_of(version) == {"weights_digest": "d", "as_of": "2020-02-02", "run_key": "r"}
    assert description_of(model) == {"weights_digest": "d", "as_of": "2020-01-01"}
    assert names(served) == [version.name]


def test_the_version_number_is_the_unix_time(model, served, clock):
    clock(1_600_000_000.9)
    assert publish(model, served, {}).name == "1600000000"


@pytest.mark.parametrize("now", [5.0, 100.0, 101.0])
def test_version_numbers_increase_if_the_clock_does_not(model, served, clock, now):
    clock(100.0)
    publish(model, served, {})
    clock(now)
    assert [publish(model, served, {}).name for _ in range(2)] == ["101", "102"]


def test_the_version_number_is_above_that_of_any_numbered_folder(model, served, clock):
    clock(100.0)
    (served / "200").mkdir(parents=True)
    assert publish(model, served, {}).name == "201"


def test_two_simultaneous_pushes_give_two_complete_versions(model, served, clock, monkeypatch):
    clock(100.0)
    rename = pathlib.Path.rename

    def another_is_quicker(path, target):
        if target.name == "100" and not target.exists():
            saved_model(target, weights_digest="another")
        return rename(path, target)

    monkeypatch.setattr(pathlib.Path, "rename", another_is_quicker)
    assert publish(model, served, {}).name == "101"
    assert [description_of(version)["weights_digest"] for version in version_folders(served)] == ["another", "d"]


def test_a_version_is_invisible_while_its_files_are_copied(model, served, monkeypatch):
    before = publish(model, served, {})
    copystat, seen = publishing.shutil.copystat, []

    def watched(*args, **kwargs):  # called for each file and each folder that has been copied
        seen.append([name for name in names(served) if not name.startswith(".")])
        return copystat(*args, **kwargs)

    monkeypatch.setattr(publishing.shutil, "copystat", watched)
    publish(model, served, {})
    assert len(seen) > len(FILES)
    assert all(there == [before.name] for there in seen)


def test_polling_the_folder_finds_only_complete_versions(model, served):
    served.mkdir(parents=True)
    halves, seen, done = [], set(), threading.Event()

    def poll():
        while not done.is_set():
            for name in os.listdir(served):
                if name.isdigit():
                    seen.add(name)
                    halves.extend(file for file in FILES if not (served / name / file).is_file())

    watcher = threading.Thread(target=poll)
    watcher.start()
    pushed = {publish(model, served, {}).name for _ in range(50)}
    while not seen >= {max(pushed, key=int)}:
        assert watcher.is_alive()
    done.set()
    watcher.join()
    assert halves == []
    assert seen <= pushed


def test_a_failed_copy_leaves_no_files(model, served, monkeypatch):
    def full_disk(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing.shutil, "copytree", full_disk)
    with pytest.raises(OSError, match="No space"):
        publish(model, served, {})
    assert names(served) == []


def test_drop_old_keeps_the_newest_versions(model, served, clock):
    clock(8.0)
    for _ in range(4):
        publish(model, served, {})
    assert names(served) == ["10", "11", "8", "9"]
    assert drop_old(served, keep=2) == [8, 9]
    assert names(served) == ["10", "11"]
    assert drop_old(served, keep=2) == []


def test_drop_old_refuses_to_keep_none(served):
    with pytest.raises(ValueError, match="keep must be 1 or more"):
        drop_old(served, keep=0)
