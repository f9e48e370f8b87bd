"""What is put into the folder for temporary files goes with the command that put it there."""

import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

from lookbook.temporary import own_temporary_folder


@pytest.fixture
def usual(tmp_path, monkeypatch) -> pathlib.Path:
    """Where temporary files go without the command."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_what_a_command_and_its_children_leave_is_deleted_with_it(usual):
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


def test_a_command_that_is_interrupted_leaves_nothing_either(usual):
    @own_temporary_folder()
    def command():
        tempfile.mkdtemp()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        command()
    assert list(usual.iterdir()) == []


def test_two_commands_at_a_time_have_folders_of_their_own(usual):
    with own_temporary_folder():
        first = tempfile.gettempdir()
        with own_temporary_folder():
            pass
        assert os.path.isdir(first)
        assert tempfile.gettempdir() == os.environ["TMPDIR"] == first


@pytest.mark.parametrize("named", [True, False])
def test_afterwards_temporary_files_go_where_they_went(named, usual, monkeypatch):
    if not named:
        monkeypatch.setattr(tempfile, "tempdir", str(usual))
        monkeypatch.delenv("TMPDIR")
    with own_temporary_folder():
        assert tempfile.gettempdir() != str(usual)
    assert tempfile.gettempdir() == str(usual)
    assert os.environ.get("TMPDIR") == (str(usual) if named else None)


def test_where_no_folder_can_be_made_the_command_goes_on(usual, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(usual / "gone"))
    with own_temporary_folder():
        assert tempfile.gettempdir() == str(usual / "gone")
