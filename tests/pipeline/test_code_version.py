"""The code version changes with the sources of a step and their imports, and with nothing else."""

import os

import pytest

from pipeline import code_version as module
from pipeline.code_version import code_version


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A project with two folders."""
    for name in ("one/a.py", "one/deep/b.sql", "one/c.pbtxt", "two/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"-- {name}")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path


def test_a_version_has_sixteen_hex_digits_and_is_deterministic(root):
    version = code_version(["one"])
    assert len(version) == 16
    int(version, 16)
    assert code_version(["one"]) == version


@pytest.mark.parametrize("name", ["one/a.py", "one/deep/b.sql", "one/c.pbtxt"])
def test_a_changed_source_changes_the_version(root, name):
    before = code_version(["one"])
    (root / name).write_text("changed")
    assert code_version(["one"]) != before


def test_new_and_renamed_sources_change_the_version(root):
    before = code_version(["one"])
    (root / "one" / "d.py").touch()
    with_new = code_version(["one"])
    (root / "one" / "d.py").rename(root / "one" / "e.py")
    assert len({before, with_new, code_version(["one"])}) == 3


def test_other_files_and_folders_do_not_change_the_version(root):
    before = code_version(["one"])
    (root / "one" / "README.md").write_text("words")
    (root / "one" / "__pycache__").mkdir()
    (root / "one" / "__pycache__" / "a.cpython-310.pyc").write_bytes(b"\0")
    (root / "two" / "a.py").write_text("changed")
    os.utime(root / "one" / "a.py", (0, 0))
    assert code_version(["one"]) == before


def test_the_order_of_arguments_does_not_change_the_version(root):
    assert code_version(["one/a.py", "two"]) == code_version(["two", "one/a.py"])
    assert code_version(["one/a.py"]) != code_version(["two/a.py"])


def test_a_missing_folder_is_an_error(root):
    with pytest.raises(FileNotFoundError):
        code_version(["three"])


@pytest.mark.parametrize(
    "line",
    [
        "import two.a",
        "from two import a",
        "from two.a import name",
        "from three import b",  # which imports two.a
        "def late():\n    from two import a",
        "from ..two import a",
    ],
)
def test_every_form_of_import_counts(root, line):
    (root / "three").mkdir()
    (root / "three" / "b.py").write_text("import two.a as other")
    (root / "one" / "a.py").write_text(line)
    before = code_version(["one/a.py"])
    (root / "two" / "a.py").write_text("changed")
    assert code_version(["one/a.py"]) != before


def test_circular_imports_and_packages_count_once(root):
    (root / "two" / "__init__.py").write_text("import one.a")
    (root / "one" / "a.py").write_text("import two.a\nimport json")
    files = module.sources(["one/a.py"])
    assert [str(file.relative_to(root)) for file in files] == ["one/a.py", "two/__init__.py", "two/a.py"]


def versions_asked_for(create):
    from pipeline.config import PipelineConfig
    from pipeline.shared_steps import CacheKeys, Paths

    asked = []
    paths = Paths(data_dir="/d", pipeline_root="/r", serving_dir="/s", checkpoints="/c")
    cache_keys = CacheKeys(fingerprint="f", run_key="k", last_blessed="none")
    create(PipelineConfig(), paths, cache_keys, version_of=lambda rooms: asked.append(rooms) or code_version(rooms))
    return asked


def test_each_step_has_a_version_of_the_code_that_it_runs():
    """The folders of executors and the modules of run_fn are roots of versions; imports add the others."""
    from pipeline.pipeline import create_pipeline
    from pipeline.refresh import create_refresh_pipeline

    asked = versions_asked_for(create_pipeline) + versions_asked_for(create_refresh_pipeline)
    roots = {room for rooms in asked for room in rooms}
    executors = {
        str(path.parent.relative_to(module.ROOT)) for path in (module.ROOT / "components").glob("**/component.py")
    }
    assert executors | {"components/evaluation"} <= roots
    assert {"models/retrieval/trainer.py", "models/recommender/trainer.py", "transforms/preprocessing.py"} <= roots


@pytest.mark.parametrize(
    ("rooms", "imported"),
    [
        ("components/assemble", "components/model_files.py"),
        ("components/last_blessed", "components/served_folder.py"),
        ("components/gates/freshness", "components/served_folder.py"),
        ("components/gates/model", "components/gates/verdict.py"),
        ("components/gates/data", "components/ingest/report.py"),
        ("components/ingest", "components/examples.py"),
        ("components/features", "transforms/calendar.py"),
        ("components/assemble", "models/ranking/network.py"),
        ("components/evaluation", "models/metrics.py"),
        ("models/recommender/trainer.py", "models/input_pipeline.py"),
        ("transforms/preprocessing.py", "transforms/features.py"),
    ],
)
def test_imported_code_of_other_folders_is_part_of_the_version(rooms, imported):
    assert module.ROOT / imported in module.sources([rooms])
