"""The locks of the images are subsets of the main lock, with hashes."""

import importlib.metadata
import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.source_tree import ROOT

PARTS = ("requirements-runtime.lock", "requirements-serving.lock")
LOCKS = ("requirements.lock", *PARTS, "requirements-uv.lock", "kubeflow/requirements-gpu.lock")
# A server needs neither these nor their dependencies.
NOT_FOR_SERVING = {"tfx", "apache-beam", "kfp", "pyspark", "duckdb", "pyarrow", "notebook", "ipykernel", "pandas"}


def locked(name):
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / name).read_text(), re.M))


def direct(name):
    lines = (ROOT / name).read_text().splitlines()
    return {canonicalize_name(Requirement(line).name) for line in lines if line and not line.startswith("#")}


@pytest.mark.parametrize("part", PARTS)
def test_subset_locks_have_the_versions_of_the_main_lock(part):
    assert locked(part)
    assert locked(part).items() <= locked("requirements.lock").items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_hashes(lock):
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", (ROOT / lock).read_text())[1:]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_images_have_no_development_tools():
    tools = direct("requirements-dev.in")
    assert {"pytest", "ruff", "mypy"} <= tools
    for part in PARTS:
        assert tools & locked(part).keys() == set()


def test_the_serving_lock_has_the_required_packages_and_few_others():
    assert direct("requirements-serving.in") <= locked("requirements-serving.lock").keys()
    assert locked("requirements.lock").keys() >= NOT_FOR_SERVING
    assert NOT_FOR_SERVING & locked("requirements-serving.lock").keys() == set()
    assert len(locked("requirements-serving.lock")) <= 50


def test_the_distribution_requires_the_packages_of_requirements_in():
    required = {canonicalize_name(Requirement(text).name) for text in importlib.metadata.requires("lookbook") or []}
    assert required == direct("requirements.in")


IMAGES = {"kubeflow/Dockerfile": "requirements-runtime.lock", "serving/deploy/Dockerfile": "requirements-serving.lock"}


@pytest.mark.parametrize(("dockerfile", "lock"), IMAGES.items())
def test_images_install_their_lock_with_hashes(dockerfile, lock):
    text = re.sub(r"\\\n", " ", (ROOT / dockerfile).read_text())
    installs = [line for line in re.findall(r"(?:uv )?pip install [^&;\n]*", text) if "/dist/" not in line]
    assert any(lock in line for line in installs)
    assert [line for line in installs if "--require-hashes" not in line] == []
