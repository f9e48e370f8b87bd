"""The code version changes with the sources of a step and their imports, and with nothing else."""

import os
import shutil

import pytest
import tomli

from pipeline import code_version as module
from pipeline.code_version import code_version

PIPELINE = "pipeline.pipeline"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A project with two packages; one has data files."""
    for name in ("one/__init__.py", "one/a.py", "two/__init__.py", "two/a.py", "three/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for name in ("one/c.pbtxt", "one/deep/b.sql"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"-- {name}")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "PACKAGES", ("one", "two", "three"))
    return tmp_path


def test_a_version_has_sixteen_hex_digits_and_is_deterministic(root):
    version = code_version("one.a")
    assert len(version) == 16
    int(version, 16)
    assert code_version("one.a") == version


@pytest.mark.parametrize("name", ["one/a.py", "one/__init__.py", "one/deep/b.sql", "one/c.pbtxt"])
def test_a_change_of_the_module_or_of_the_data_of_its_package_changes_the_version(root, name):
    before = code_version("one.a")
    (root / name).write_text("# changed")
    assert code_version("one.a") != before


def test_new_and_renamed_data_files_change_the_version(root):
    before = code_version("one.a")
    (root / "one" / "d.sql").touch()
    with_new = code_version("one.a")
    (root / "one" / "d.sql").rename(root / "one" / "e.sql")
    assert len({before, with_new, code_version("one.a")}) == 3


def test_files_that_a_step_does_not_read_do_not_change_the_version(root):
    (root / "one" / "inner").mkdir()
    (root / "one" / "inner" / "__init__.py").touch()
    before = code_version("one.a")
    (root / "one" / "README.md").write_text("words")
    (root / "one" / "__pycache__").mkdir()
    (root / "one" / "__pycache__" / "a.cpython-310.pyc").write_bytes(b"\0")
    (root / "one" / "b.py").touch()  # not imported
    (root / "one" / "inner" / "query.sql").touch()  # of a package that is not imported
    (root / "two" / "a.py").write_text("# changed")
    os.utime(root / "one" / "a.py", (0, 0))
    assert code_version("one.a") == before


def test_the_order_of_arguments_does_not_change_the_version(root):
    assert code_version("one.a", "two.a") == code_version("two.a", "one.a")
    assert code_version("one.a") != code_version("two.a")


@pytest.mark.parametrize("name", ["four", "one.missing"])
def test_a_missing_module_is_an_error(root, name):
    with pytest.raises(ModuleNotFoundError, match=f"no module {name}"):
        code_version(name)


@pytest.mark.parametrize(
    "line",
    [
        "import two.a",
        "from two import a",
        "from two.a import name",
        "from three import b",  # which imports two.a
        "def late():\n    from two import a",
        "from ..two import a",
        "command = ['python', '-m', 'two.a']",
        "run_fn = 'two.a.run_fn'",
    ],
)
def test_every_form_of_import_counts(root, line):
    (root / "three" / "b.py").write_text("import two.a as other")
    (root / "one" / "a.py").write_text(line)
    before = code_version("one.a")
    (root / "two" / "a.py").write_text("# changed")
    assert code_version("one.a") != before


def test_circular_imports_and_packages_count_once(root):
    (root / "two" / "__init__.py").write_text("import one.a")
    (root / "one" / "a.py").write_text("import two.a\nimport json")
    files = [str(file.relative_to(root)) for file in module.sources("one.a")]
    assert files == ["one/__init__.py", "one/a.py", "one/c.pbtxt", "one/deep/b.sql", "two/__init__.py", "two/a.py"]


@pytest.fixture(scope="module")
def modules():
    """The modules whose code versions the pipelines request."""
    from pipeline.pipeline import create_pipeline
    from pipeline.refresh import create_refresh_pipeline
    from tests.pipeline.wiring import wire

    requested = []
    for create in (create_pipeline, create_refresh_pipeline):
        wire(create, version_of=lambda name: requested.append(name) or "v")
    return set(requested)


def test_each_step_has_a_version_of_the_code_that_it_runs(modules):
    """Roots of versions are the modules of components, of TFMA's metrics, and those that TFX imports by name.

    The report also names the version of the whole pipeline.
    """
    components = module.ROOT / "components"
    names = {
        ".".join(path.relative_to(module.ROOT).with_suffix("").parts) for path in components.glob("**/component.py")
    }
    by_name = {"models.retrieval.trainer", "models.recommender.trainer", "transforms.preprocessing"}
    assert modules == names | by_name | {"components.evaluation.metric", PIPELINE}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("components.ingest.component", "components/examples.py"),
        ("components.ingest.component", "transforms/schemas/articles.pbtxt"),
        ("components.features.component", "components/features/spark_engine.py"),
        ("components.features.component", "transforms/calendar.py"),
        ("components.features.component", "transforms/sql/popular.sql"),
        ("components.assemble.component", "models/ranking/network.py"),
        ("components.last_blessed.component", "components/served_folder.py"),
        ("components.gates.freshness.component", "components/served_folder.py"),
        ("components.gates.model.component", "components/gates/verdict.py"),
        ("components.gates.data.component", "components/ingest/report.py"),
        ("components.gates.infra.component", "serving/server/worker_host.py"),
        ("components.gates.infra.component", "serving/protos/descriptors.binpb"),
        ("components.push.component", "components/push/publish.py"),
        ("components.evaluation.metric", "models/metrics.py"),
        ("models.recommender.trainer", "models/input_pipeline.py"),
        ("transforms.preprocessing", "transforms/features.py"),
    ],
)
def test_the_sources_of_a_step_include_files_that_it_uses_of_other_folders(name, read):
    assert module.ROOT / read in module.sources(name)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("components.ingest.component", "transforms/sql/popular.sql"),
        ("components.push.component", "components/ingest/reader.py"),
        ("components.assemble.component", "components/push/publish.py"),
    ],
)
def test_the_sources_of_a_step_exclude_files_that_it_does_not_use(name, read):
    assert (module.ROOT / read).exists()
    assert module.ROOT / read not in module.sources(name)


def test_a_change_of_publish_changes_the_version_of_each_step_that_uses_it(modules, tmp_path, monkeypatch):
    """A step uses a module that it imports directly or indirectly."""
    for room in ("components", "lookbook", "models", "pages", "serving", "transforms"):
        shutil.copytree(module.ROOT / room, tmp_path / room)
    modules = modules - {PIPELINE}
    users = {name for name in modules if module.ROOT / "components/push/publish.py" in module.sources(name)}
    assert "components.push.component" in users
    monkeypatch.setattr(module, "ROOT", tmp_path)
    before = {name: code_version(name) for name in modules}
    with (tmp_path / "components" / "push" / "publish.py").open("a") as file:
        file.write("# changed\n")
    assert {name for name in modules if code_version(name) != before[name]} == users


def test_other_packages_beside_the_project_are_not_searched(root):
    """Where the project is installed, all installed packages are beside it."""
    (root / "other").mkdir()
    (root / "other" / "__init__.py").write_text("not Python")
    (root / "one" / "a.py").write_text("import other")
    assert root / "other" / "__init__.py" not in module.sources("one.a")


def test_the_packages_are_those_of_the_import_rules_and_the_benchmarks():
    rules = tomli.loads((module.ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    assert {*rules, "benchmarks"} == set(module.PACKAGES)
