"""The image holds what the compiled pipeline counts on. (No daemon is asked: the Dockerfile is read.)"""

import importlib.metadata
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from packaging.requirements import Requirement

from kubeflow.config import KubeflowConfig, load_config

ROOT = pathlib.Path(__file__).parents[2]
DOCKERFILE = (ROOT / "kubeflow" / "Dockerfile").read_text(encoding="utf-8")
SITE_PACKAGES = "/opt/venv/lib/python3.10/site-packages"
ROOMS = ("lookbook", "kubeflow", "pipeline", "components", "models", "serving", "transforms")


def copied():
    """What is copied from the context."""
    lines = [line.split()[1:-1] for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--from)", line)]
    return [name for line in lines for name in line]


def test_all_that_is_copied_exists_and_is_let_in():
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(ROOMS) <= set(copied())
    assert [name for name in copied() if not (ROOT / name).exists()] == []
    assert [name for name in copied() if name.split("/")[0] not in let_in] == []
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"


def test_it_does_not_run_as_root_and_says_so_in_numbers():
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.M)
    assert len(users) == 1
    assert re.fullmatch(r"[1-9]\d*:\d+", users[0])  # Kubernetes cannot tell of a name that it is not root


def test_the_schemas_are_where_the_pipeline_looks_for_them():
    assert f"ln -s {SITE_PACKAGES}/transforms/schemas {KubeflowConfig().schemas}" in DOCKERFILE


def test_the_tags_are_those_of_the_presets():
    tags = set(re.findall(r"-t (lookbook:\S+)", DOCKERFILE))
    config = load_config("kubeflow-gpu", []).kubeflow
    assert tags == {config.image, config.retrieval.image}
    assert config.image == f"lookbook:{importlib.metadata.version('lookbook')}"


def test_the_gpu_lock_is_what_tensorflow_asks_for():
    asked = [Requirement(text) for text in importlib.metadata.requires("tensorflow") or []]
    gpu = {f"{r.name}{r.specifier}" for r in asked if r.marker and r.marker.evaluate({"extra": "and-cuda"})}
    plain = {f"{r.name}{r.specifier}" for r in asked if not r.marker or r.marker.evaluate({"extra": ""})}
    locked = set(re.findall(r"^(\S+==\S+)", (ROOT / "kubeflow" / "requirements-gpu.lock").read_text(), re.M))
    assert locked == gpu - plain
    assert locked


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory):
    """Names of the files in the wheel, built aside."""
    build = tmp_path_factory.mktemp("build")
    for name in ("setup.py", "pyproject.toml", "requirements.in"):
        shutil.copy(ROOT / name, build)
    for room in ROOMS:
        shutil.copytree(ROOT / room, build / room, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "setup.py", "-q", "bdist_wheel", "--dist-dir", str(build / "dist")]
    subprocess.run(command, cwd=build, check=True, capture_output=True)
    (wheel,) = (build / "dist").glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_has_every_module_schema_query_and_preset(wheel_names):
    endings = {".py", ".sql", ".pbtxt", ".toml"}
    needed = {str(p.relative_to(ROOT)) for room in ROOMS for p in (ROOT / room).rglob("*") if p.suffix in endings}
    assert {"kubeflow/presets/kubeflow-gpu.toml", "transforms/schemas/features.pbtxt"} <= needed
    assert needed - wheel_names == set()
