import pytest

from transforms.atomic_path import atomic_path


def test_the_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "new" / "figures.csv"
    with atomic_path(path) as unfinished:
        unfinished.write_text("1")
        assert not path.exists()
    assert path.read_text() == "1"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_the_former_file(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_text("former")

    def write_partly():
        with atomic_path(path) as unfinished:
            unfinished.write_text("partial")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write_partly()
    assert path.read_text() == "former"
    assert list(tmp_path.iterdir()) == [path]
