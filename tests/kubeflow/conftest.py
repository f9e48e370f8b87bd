"""Compiles three presets and a refresh once; `pytest tests/kubeflow --regenerate-golden` writes the golden files."""

import pathlib

import pytest
import yaml

from kubeflow.config import load_config

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
COMPILED = {
    "kubeflow-cpu": ("kubeflow-cpu", "train"),
    "kubeflow-gpu": ("kubeflow-gpu", "train"),
    "kubeflow-workers": ("kubeflow-workers", "train"),
    "kubeflow-cpu-refresh": ("kubeflow-cpu", "refresh"),
}


def pytest_addoption(parser):
    parser.addoption("--regenerate-golden", action="store_true", help="write the golden files")


@pytest.fixture(scope="session")
def compiled(tmp_path_factory, request):
    """Text of each compiled pipeline, with the code version 'golden'."""
    from kubeflow.compile import compile_pipeline

    texts = {}
    for name, (preset, pipeline) in COMPILED.items():
        path = tmp_path_factory.mktemp(name) / "pipeline.yaml"
        compile_pipeline(load_config(preset, []), path, pipeline=pipeline, version_of=lambda module: "golden")
        texts[name] = path.read_text(encoding="utf-8")
        if request.config.getoption("--regenerate-golden", default=False):
            (GOLDEN / f"{name}.yaml").write_text(texts[name], encoding="utf-8")
    return texts


@pytest.fixture(scope="session", params=COMPILED)
def documents(compiled, request):
    """Pipeline spec and platform spec of each compiled pipeline, as plain trees."""
    return list(yaml.safe_load_all(compiled[request.param]))


@pytest.fixture(scope="session")
def spec(documents):
    return documents[0]


@pytest.fixture(scope="session")
def tasks(spec):
    return spec["root"]["dag"]["tasks"]


@pytest.fixture(scope="session")
def containers(spec):
    """Container by task."""
    executors = spec["deploymentSpec"]["executors"]
    components = spec["components"]
    return {
        name: executors[components[task["componentRef"]["name"]]["executorLabel"]]["container"]
        for name, task in spec["root"]["dag"]["tasks"].items()
    }
