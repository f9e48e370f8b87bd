"""Every process of the project that starts TensorFlow has the required environment variables."""

import os
import pathlib
import re
import shlex
import subprocess
import sys

import pytest
import yaml

from serving.tensorflow_environment import TENSORFLOW_ENVIRONMENT
from tests.source_tree import ROOT

OPPOSITE = {"TF_USE_LEGACY_KERAS": "0", "TF_ENABLE_ONEDNN_OPTS": "1"}
STARTS_TENSORFLOW_SERVING = "tensorflow_model_server"
STARTS_OUR_SERVER = "serving.server"


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def output_of(code, **variables):
    """Output of a Python process whose environment has the opposite values."""
    environment = {**os.environ, **OPPOSITE, **variables}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


PRINT = f"; import os; print(*(os.environ[name] for name in {list(TENSORFLOW_ENVIRONMENT)}))"


def test_the_variables_turn_onednn_off_and_select_keras_2():
    assert dict(TENSORFLOW_ENVIRONMENT) == {"TF_USE_LEGACY_KERAS": "1", "TF_ENABLE_ONEDNN_OPTS": "0"}


@pytest.mark.parametrize(
    "start",
    [
        "from lookbook.cli import main; main(['config'])",
        "from lookbook.environment import prepare_tensorflow; prepare_tensorflow()",
        "import kubeflow.beam_worker",
        "import tests.conftest",
    ],
    ids=["command line", "benchmarks and programs", "Beam worker", "tests"],
)
def test_python_processes_override_the_variables_of_the_user(start):
    assert output_of(start + PRINT).splitlines()[-1] == "1 0"


def test_the_pipeline_called_from_python_has_the_variables(tmp_path):
    code = f"""
import pathlib, sys
import pipeline.run as run
from pipeline.config import PipelineConfig
sys.modules["pipeline.local"] = None  # the first import that needs TensorFlow fails
run.fingerprint_of = lambda folder: "0"
try: run.run(pathlib.Path("."), pathlib.Path({str(tmp_path)!r}), PipelineConfig(), disk_check=False)
except ImportError: pass
"""
    assert output_of(code + PRINT.removeprefix("; ")).split() == ["1", "0"]


def test_the_worker_host_of_the_model_server_has_the_variables(monkeypatch):
    """Reads the environment that the process was started with from /proc."""
    from serving.server.worker_client import WorkerHost

    for name, value in OPPOSITE.items():
        monkeypatch.setenv(name, value)
    host = WorkerHost()
    try:
        host.start()
        processes = subprocess.run(
            ["pgrep", "-P", str(os.getpid()), "-f", "serving.server.worker_host"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        held = [pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") for pid in processes]
        for name, value in TENSORFLOW_ENVIRONMENT.items():
            assert any(f"{name}={value}".encode() in variables for variables in held)
    finally:
        host.stop()


def test_a_step_on_kubeflow_has_the_variables(monkeypatch):
    from kubeflow import step

    for name, value in OPPOSITE.items():
        monkeypatch.setenv(name, value)
    started = {}

    def run(command, env, check):
        started.update(env)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(step.subprocess, "run", run)
    step.main([step.INVOCATION, '{"inputs": {}, "outputs": {"outputFile": "/nowhere"}}'])
    assert TENSORFLOW_ENVIRONMENT.items() <= started.items()


def test_beam_workers_on_a_cluster_import_the_plugin_first():
    from apache_beam.options.pipeline_options import PipelineOptions, SetupOptions

    from kubeflow.beam import BeamConfig, beam_args

    config = BeamConfig(runner="dataflow", project="shop", region="here", temp_location="gs://shop/tmp")
    plugins = PipelineOptions(list(beam_args(config))).view_as(SetupOptions).beam_plugins
    assert plugins == ["kubeflow.beam_worker"]


def containers(tree):
    """The containers of a Kubernetes manifest and the services of a Compose file."""
    if isinstance(tree, dict):
        if "image" in tree:
            yield tree
        for value in tree.values():
            yield from containers(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from containers(value)


def words_of(container):
    parts = [container.get(key) or [] for key in ("entrypoint", "command", "args")]
    return [word for part in parts for word in (part if isinstance(part, list) else shlex.split(part))]


def variables_of(container):
    listed = container.get("env") or container.get("environment") or {}
    if isinstance(listed, dict):
        return {name: str(value) for name, value in listed.items()}
    pairs = [item.partition("=")[::2] if isinstance(item, str) else (item["name"], item["value"]) for item in listed]
    return dict(pairs)


SERVERS = [
    pytest.param(container, id=f"{path.name}-{number}")
    for path in tracked("*.yaml", "*.yml")
    if "golden" not in path.parts
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    for number, container in enumerate(containers(document))
    if {STARTS_TENSORFLOW_SERVING, STARTS_OUR_SERVER} & set(words_of(container))
]


def test_the_manifests_of_both_servers_are_found():
    assert len(SERVERS) >= 4


@pytest.mark.parametrize("container", SERVERS)
def test_every_manifest_of_a_server_sets_the_variables(container):
    variables = variables_of(container)
    assert variables.get("TF_ENABLE_ONEDNN_OPTS") == "0"
    if STARTS_OUR_SERVER in words_of(container):
        assert TENSORFLOW_ENVIRONMENT.items() <= variables.items()


DOCKERFILES = tracked("*Dockerfile*")


def of_image(path):
    """The variables of the last image of a Dockerfile, including those of the images it is derived from."""
    text = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8"))
    stages, current = {}, {}
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            current = dict(stages.get(base.strip(), {}))
            stages[name.strip() or "last"] = current
        if word == "ENV":
            current.update(pair.partition("=")[::2] for pair in shlex.split(rest))
    return stages["last"]


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_image_sets_the_variable(path):
    assert of_image(path).get("TF_ENABLE_ONEDNN_OPTS") == "0"


def test_dockerfiles_are_found():
    assert {path.name for path in DOCKERFILES} >= {"Dockerfile", "Dockerfile.scann"}


def commands(text):
    """Lines of a document; continued lines are joined."""
    return re.sub(r"\\\n\s*", "", text).splitlines()


def test_documents_start_tensorflow_serving_with_the_variable():
    texts = {path: path.read_text(encoding="utf-8") for path in tracked("*.md")}
    started = [(path, line) for path, text in texts.items() for line in commands(text) if "docker run" in line]
    started = [(path.name, line) for path, line in started if "tensorflow/serving" in line]
    assert len(started) >= 2
    assert [found for found in started if "-e TF_ENABLE_ONEDNN_OPTS=0 " not in found[1]] == []


def test_the_makefile_sets_the_variables_for_doctests():
    exported = dict(re.findall(r"^export (\w+) := (\S*)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert TENSORFLOW_ENVIRONMENT.items() <= exported.items()


def test_no_file_sets_only_one_of_the_variables():
    """A file that starts TensorFlow sets both variables or uses the shared mapping."""
    one, other = TENSORFLOW_ENVIRONMENT
    files = tracked("*.py", "*.yaml", "*.toml", "*Dockerfile*", "Makefile", ".ci/*", "*.sh")
    setting = [path for path in files if one in path.read_text(encoding="utf-8", errors="replace")]
    alone = [str(path.relative_to(ROOT)) for path in setting if other not in path.read_text(encoding="utf-8")]
    assert [name for name in alone if name != "tests/lookbook/test_startup.py"] == []
