"""A cleaning deletes the artifacts that neither the newest runs nor pushed versions need; later runs are right."""

import os

import pytest

from components.served_folder import model_dir
from operations.clean import clean
from pipeline.out_lock import exclusive_lock, shared_lock
from pipeline.refresh import NAME as REFRESH
from tests.fake_version import write_version
from tests.operations.small_runs import run
from transforms.errors import DataError, LookbookError, StepError

STEPS = ("Ingest", "Push", "Report")


def words(out):
    """The words of the artifacts on disk, by step, in order of time."""
    found = {}
    for step in STEPS:
        files = sorted(out.glob(f"pipeline/{step}/*/*/word"), key=lambda file: int(file.parent.name))
        found[step] = [file.read_text() for file in files]
    return found


def test_without_delete_it_only_says_what_it_would_delete(tmp_path):
    for word in ("a", "bb"):
        run(tmp_path, word)
    plan = clean(tmp_path, 1, delete=False)
    folders = [str(each.path.relative_to(tmp_path)) for each in plan.removable]
    assert folders == ["pipeline/Ingest/tables/1", "pipeline/Push/pushed_model/2", "pipeline/Report/report/3"]
    assert [each.size for each in plan.removable] == [1, 2, 4]
    assert (plan.size, plan.runs, plan.of_runs) == (7, 1, 2)
    assert plan.kept_bytes == sum(file.lstat().st_size for file in tmp_path.glob("pipeline/**/*") if file.is_file()) - 7
    assert words(tmp_path)["Ingest"] == ["a", "bb"]


def test_the_newest_runs_stay_cached_and_a_deleted_one_is_computed_again(tmp_path):
    for word in ("a", "b", "c"):
        run(tmp_path, word)
    clean(tmp_path, 2, delete=True)
    assert words(tmp_path) == {"Ingest": ["b", "c"], "Push": ["bb", "cc"], "Report": ["bbbb", "cccc"]}
    assert all(step.cached for word in ("c", "b") for step in run(tmp_path, word).values())
    again = run(tmp_path, "a")
    assert not any(step.cached for step in again.values())
    assert (again["Report"].outputs["report"] / "word").read_text() == "aaaa"
    assert clean(tmp_path, 3, delete=True).removable == ()


def test_an_artifact_that_a_kept_run_took_from_the_cache_is_kept(tmp_path):
    for word in ("a", "b", "a"):
        run(tmp_path, word)
    clean(tmp_path, 1, delete=True)
    assert words(tmp_path)["Report"] == ["aaaa"]
    assert all(step.cached for step in run(tmp_path, "a").values())


def test_the_runs_of_pushed_versions_are_kept_also_after_a_rollback(tmp_path):
    for word in ("a", "b", "c"):
        run(tmp_path, word)
    write_version(model_dir(tmp_path) / "3", run_key="a", copy_of=1)
    assert clean(tmp_path, 1, delete=True).runs == 2
    assert words(tmp_path)["Report"] == ["aaaa", "cccc"]


def test_a_failed_run_does_not_replace_a_complete_one_and_its_finished_steps_stay(tmp_path):
    for word in ("a", "b"):
        run(tmp_path, word)
    with pytest.raises(StepError):
        run(tmp_path, "c", fail=True)
    clean(tmp_path, 1, delete=True)
    assert words(tmp_path) == {"Ingest": ["b", "c"], "Push": ["bb", "cc"], "Report": ["bbbb"]}
    assert [step.cached for step in run(tmp_path, "c").values()] == [True, True, False]
    clean(tmp_path, 1, delete=True)
    assert words(tmp_path)["Ingest"] == ["c"]


def test_runs_and_refreshes_are_counted_apart(tmp_path):
    run(tmp_path, "a")
    for word in ("b", "c"):
        run(tmp_path, word, name=REFRESH)
    clean(tmp_path, 1, delete=True)
    assert words(tmp_path)["Ingest"] == ["a", "c"]


def test_what_a_killed_step_left_and_checkpoints_of_before_the_kept_runs_are_deleted(tmp_path):
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "vectors.npz").write_bytes(b"12345")
    (tmp_path / "checkpoints" / "ranking" / "old").mkdir(parents=True)
    (tmp_path / "checkpoints" / "ranking" / "old" / "weights").write_bytes(b"123")
    for path in [tmp_path / "checkpoints" / "ranking" / "old", *tmp_path.glob("checkpoints/ranking/old/*")]:
        os.utime(path, (1_000_000, 1_000_000))
    run(tmp_path, "a")
    (tmp_path / "checkpoints" / "ranking" / "new").mkdir(parents=True)
    (tmp_path / "pipeline" / "Push" / "pushed_model" / "99").mkdir()
    removed = [str(each.path.relative_to(tmp_path)) for each in clean(tmp_path, 1, delete=True).removable]
    assert removed == ["checkpoints/ranking/old", "pipeline/Push/pushed_model/99"]
    assert (tmp_path / "content" / "vectors.npz").exists()
    assert (tmp_path / "checkpoints" / "ranking" / "new").is_dir()
    assert all(step.cached for step in run(tmp_path, "a").values())


def test_a_folder_in_use_a_moved_folder_and_a_folder_without_a_run_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"must hold a run\. Received: no .*metadata.db"):
        clean(tmp_path, 1, delete=True)
    out = tmp_path / "out"
    out.mkdir()
    run(out, "a")
    with shared_lock(out), shared_lock(out), pytest.raises(LookbookError, match="is in use: a run, or another command"):
        clean(out, 1, delete=True)
    with (
        exclusive_lock(out),
        pytest.raises(LookbookError, match=r"is in use: another command deletes .*; wait until it ends"),
        shared_lock(out),
    ):
        pass
    out.rename(tmp_path / "moved")
    with pytest.raises(DataError, match=r"moved must be the folder that its runs wrote to\. It was moved"):
        clean(tmp_path / "moved", 1, delete=True)
    assert words(tmp_path / "moved")["Report"] == ["aaaa"]
