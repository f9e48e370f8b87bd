"""The version of code changes with what the sources say, and with nothing else."""

import os

import pytest

from pipeline import code_version as module
from pipeline.code_version import code_version


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A project of two rooms."""
    for name in ("one/a.py", "one/deep/b.sql", "one/c.pbtxt", "two/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"-- {name}")
    monkeypatch.setattr(module, "_ROOT", tmp_path)
    return tmp_path


def test_it_is_sixteen_hex_digits_and_always_the_same(root):
    version = code_version(["one"])
    assert len(version) == 16
    int(version, 16)
    assert code_version(["one"]) == version


@pytest.mark.parametrize("name", ["one/a.py", "one/deep/b.sql", "one/c.pbtxt"])
def test_a_change_of_a_source_changes_it(root, name):
    before = code_version(["one"])
    (root / name).write_text("changed")
    assert code_version(["one"]) != before


def test_a_new_source_and_a_new_name_change_it(root):
    before = code_version(["one"])
    (root / "one" / "d.py").touch()
    with_new = code_version(["one"])
    (root / "one" / "d.py").rename(root / "one" / "e.py")
    assert len({before, with_new, code_version(["one"])}) == 3


def test_what_is_no_source_and_other_rooms_do_not(root):
    before = code_version(["one"])
    (root / "one" / "README.md").write_text("words")
    (root / "one" / "__pycache__").mkdir()
    (root / "one" / "__pycache__" / "a.cpython-310.pyc").write_bytes(b"\0")
    (root / "two" / "a.py").write_text("changed")
    os.utime(root / "one" / "a.py", (0, 0))
    assert code_version(["one"]) == before


def test_single_files_and_the_order_of_rooms(root):
    assert code_version(["one/a.py", "two"]) == code_version(["two", "one/a.py"])
    assert code_version(["one/a.py"]) != code_version(["two/a.py"])


def test_a_room_that_does_not_exist_is_an_error_and_not_an_empty_version(root):
    with pytest.raises(FileNotFoundError):
        code_version(["three"])


def test_all_rooms_the_pipeline_names_are_there():
    from pipeline.config import PipelineConfig
    from pipeline.parts import Occasion, Places
    from pipeline.pipeline import create_pipeline

    asked = []

    def version_of(rooms):
        asked.append(rooms)
        return code_version(rooms)

    places = Places(data_dir="/d", pipeline_root="/r", serving_dir="/s", checkpoints="/c")
    occasion = Occasion(fingerprint="f", run_key="k", last_blessed="none")
    create_pipeline(PipelineConfig(), places, occasion, version_of=version_of)
    assert len(asked) > 10
