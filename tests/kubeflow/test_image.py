"""The image contains what the compiled pipeline needs. (Reads the Dockerfile; no image is built.)"""

import importlib.metadata
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.stager import Stager
from packaging.requirements import Requirement

from kubeflow.beam import SETUP_FILE
from kubeflow.config import IMAGE_SCHEMAS, KubeflowConfig, load_config
from tests.source_tree import ROOMS, ROOT, copy_source

DOCKERFILE = (ROOT / "kubeflow" / "Dockerfile").read_text(encoding="utf-8")


def copied():
    """The files that the Dockerfile copies from the context."""
    lines = [line.split()[1:-1] for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--from)", line)]
    return [name for line in lines for name in line]


def test_all_copied_files_exist_and_are_not_ignored():
    included = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(ROOMS) <= set(copied())
    assert [name for name in copied() if not (ROOT / name).exists()] == []
    assert [name for name in copied() if name.split("/")[0] not in included] == []
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"


def test_the_user_is_a_number_and_not_root():
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.M)
    assert len(users) == 1
    assert re.fullmatch(r"[1-9]\d*:\d+", users[0])  # Kubernetes cannot check that a name is not root


def test_schemas_and_setup_file_are_at_the_configured_paths():
    build, image, *_ = DOCKERFILE.split("\nFROM ")[2:]
    assert build.index("WORKDIR /app") < build.index("COPY transforms transforms")
    assert build.index("WORKDIR /app") < build.index("COPY setup.py pyproject.toml requirements.in MANIFEST.in LICENSE")
    assert "COPY --from=build --chown=1000:0 /app /app" in image
    assert KubeflowConfig().schemas == IMAGE_SCHEMAS == "/app/transforms/schemas"
    assert SETUP_FILE == "/app/setup.py"


def test_the_worker_image_has_the_entry_point_of_the_installed_beam_version():
    image, worker, last = DOCKERFILE.split("\nFROM ")[3:]
    assert worker.startswith("image AS worker")
    assert "COPY --from=beam /opt/apache/beam /opt/apache/beam" in worker
    version = importlib.metadata.version("apache-beam")
    (base,) = re.findall(r"^ARG BEAM_IMAGE=(\S+)$", DOCKERFILE, re.M)
    assert base.partition("@")[0] == f"apache/beam_python3.10_sdk:{version}"
    assert last.startswith("image\n")
    assert "ENTRYPOINT" not in image + last


def test_the_dockerfile_and_the_presets_have_the_same_tags():
    tags = set(re.findall(r"-t (lookbook:\S+)", DOCKERFILE))
    config = load_config("kubeflow-gpu", []).kubeflow
    assert tags == {config.image, config.retrieval.image, f"{config.image}-worker"}
    assert config.image == f"lookbook:{importlib.metadata.version('lookbook')}"


def test_the_gpu_lock_has_the_requirements_of_tensorflow():
    requirements = [Requirement(text) for text in importlib.metadata.requires("tensorflow") or []]
    gpu = {f"{r.name}{r.specifier}" for r in requirements if r.marker and r.marker.evaluate({"extra": "and-cuda"})}
    plain = {f"{r.name}{r.specifier}" for r in requirements if not r.marker or r.marker.evaluate({"extra": ""})}
    locked = set(re.findall(r"^(\S+==\S+)", (ROOT / "kubeflow" / "requirements-gpu.lock").read_text(), re.M))
    assert locked == gpu - plain
    assert locked


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of /app in the image."""
    folder = tmp_path_factory.mktemp("app")
    copy_source(folder)
    return folder


def build_wheel(source, to):
    """Builds the wheel like the Dockerfile, without the network; returns the names of its files."""
    command = [sys.executable, "setup.py", "-q", "bdist_wheel", "--dist-dir", str(to)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (wheel,) = to.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def wheel_names(source, tmp_path_factory):
    return build_wheel(source, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_has_every_module_schema_query_and_preset(wheel_names):
    endings = {".py", ".sql", ".pbtxt", ".toml"}
    needed = {str(p.relative_to(ROOT)) for room in ROOMS for p in (ROOT / room).rglob("*") if p.suffix in endings}
    assert {"kubeflow/presets/kubeflow-gpu.toml", "transforms/schemas/features.pbtxt"} <= needed
    assert needed - wheel_names == set()


def test_the_setup_package_of_beam_builds_the_same_wheel(source, wheel_names, tmp_path):
    flags = [f"--setup_file={source / 'setup.py'}", "--sdk_location=container", "--requirements_cache=skip"]
    Stager.create_job_resources(PipelineOptions(flags), str(tmp_path), log_submission_env_dependencies=False)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "worker")
    (unpacked,) = (tmp_path / "worker").iterdir()
    assert build_wheel(unpacked, tmp_path / "wheel") == wheel_names
