"""The artifacts that a tuning reads are those of one run: the newest that built its lists."""

import shutil

import pytest

from operations.run_artifacts import find_artifacts
from tests.operations.finished_run import write_run
from transforms.errors import DataError


@pytest.fixture
def folders(tmp_path):
    """Small folders instead of the artifacts of a shop; returns a function that writes other ones."""

    def write(name):
        root = tmp_path / name
        for folder in ("states", "transformed/graph", "transformed/transformed", "trained/lists", "trained/towers"):
            (root / folder).mkdir(parents=True, exist_ok=True)
            (root / folder / "name").write_text(name)
        return root / "states", root / "transformed", root / "trained"

    return write


def assert_made_by(found, run):
    assert found.lists == run["Candidates"]["lists"]
    assert found.graph == run["Candidates"]["graph"]
    assert found.transform_graph == run["Transform"]["transform_graph"]
    assert found.transformed_examples == run["Transform"]["transformed_examples"]


def test_the_newest_run_is_found_also_if_its_steps_were_cached(folders, tmp_path):
    out = tmp_path / "out"
    first = write_run(out, *folders("first"))
    assert_made_by(find_artifacts(out), first)
    second = write_run(out, *folders("second"))
    assert second != first
    assert_made_by(find_artifacts(out), second)
    assert write_run(out, *folders("first")) == first
    assert_made_by(find_artifacts(out), first)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"must hold a training run\. Received: no output of Candidates"):
        find_artifacts(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_deleted_artifacts_are_named(folders, tmp_path):
    run = write_run(tmp_path / "out", *folders("first"))
    shutil.rmtree(run["Transform"]["transformed_examples"])
    with pytest.raises(DataError, match=r"no folder .*/transformed_examples/\d+; run `lookbook run` again"):
        find_artifacts(tmp_path / "out")
