"""Temporary files of a command are deleted at its end."""

import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

from lookbook.temporary import own_temporary_folder


@pytest.fixture
def usual(tmp_path, monkeypatch) -> pathlib.Path:
    """The folder of temporary files outside of the command."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_files_of_a_command_and_its_children_are_deleted(usual):
    with own_temporary_folder():
        ours = pathlib.Path(tempfile.mkdtemp())
        (ours / "package.tar.gz").write_bytes(b"42 MB")
        asked = subprocess.run(
            [sys.executable, "-c", "import tempfile; print(tempfile.mkdtemp())"], stdout=subprocess.PIPE
        )
        theirs = pathlib.Path(asked.stdout.decode().strip())
        assert ours.parent == theirs.parent
        assert ours.parent.parent == usual
    assert list(usual.iterdir()) == []


def test_files_of_an_interrupted_command_are_deleted(usual):
    @own_temporary_folder()
    def command():
        tempfile.mkdtemp()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        command()
    assert list(usual.iterdir()) == []


def test_nested_commands_have_separate_folders(usual):
    with own_temporary_folder():
        first = tempfile.gettempdir()
        with own_temporary_folder():
            pass
        assert os.path.isdir(first)
        assert tempfile.gettempdir() == os.environ["TMPDIR"] == first


@pytest.mark.parametrize("named", [True, False])
def test_the_former_folder_is_restored(named, usual, monkeypatch):
    if not named:
        monkeypatch.setattr(tempfile, "tempdir", str(usual))
        monkeypatch.delenv("TMPDIR")
    with own_temporary_folder():
        assert tempfile.gettempdir() != str(usual)
    assert tempfile.gettempdir() == str(usual)
    assert os.environ.get("TMPDIR") == (str(usual) if named else None)


def test_a_command_runs_without_a_folder_if_none_can_be_made(usual, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(usual / "gone"))
    with own_temporary_folder():
        assert tempfile.gettempdir() == str(usual / "gone")
