"""`make pin-images` adds digests to base images, tested with a fake docker and no registry."""

import pathlib
import re
import shutil
import subprocess

import pytest

from tests.source_tree import ROOT

FILES = (
    "kubeflow/Dockerfile",
    "serving/deploy/Dockerfile",
    "serving/deploy/Dockerfile.scann",
    "serving/deploy/compose.yaml",
)
DOCKER = """#!/bin/sh
for image; do :; done
[ "$image" = "{unknown}" ] && {{ echo "not found" >&2; exit 1; }}
printf '{{"digest": "sha256:%s"}}' "$(printf %s "$image" | sha256sum | cut -d' ' -f1)"
"""


@pytest.fixture
def project(tmp_path):
    for name in (".ci/pin-images", *FILES, "serving/deploy/kubernetes/deployment.yaml"):
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "project" / name)
    return tmp_path / "project"


def pin(project, unknown="none"):
    tools = project.parent / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "docker").write_text(DOCKER.format(unknown=unknown))
    (tools / "docker").chmod(0o755)
    environment = {"PATH": f"{tools}:/usr/bin:/bin"}
    command = ["python3", str(project / ".ci" / "pin-images")]
    python = pathlib.Path(shutil.which("python3")).parent
    environment["PATH"] += f":{python}"
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def images(project):
    text = "".join(path.read_text() for path in project.rglob("*") if path.is_file() and path.name != "pin-images")
    return re.findall(r"^(?:ARG \w+_IMAGE=|\s*image: )(\S+)$", text, re.M)


def test_every_base_image_gets_its_digest_and_own_images_none(project):
    before = images(project)
    assert len(before) >= 8
    assert pin(project).returncode == 0
    for was, found in zip(before, images(project), strict=True):
        name, _, digest = found.partition("@")
        assert name == was.partition("@")[0]
        assert bool(re.fullmatch(r"sha256:[0-9a-f]{64}", digest)) == (not name.startswith("lookbook"))


def test_pinning_again_changes_nothing(project):
    pin(project)
    once = images(project)
    assert pin(project).stdout == ""
    assert images(project) == once


def test_an_image_that_docker_does_not_find_is_an_error(project):
    done = pin(project, unknown="tensorflow/serving:2.16.1")
    assert done.returncode == 1
    assert done.stderr.strip().endswith("could not say the digest of tensorflow/serving:2.16.1: not found")


def test_every_base_image_is_pinned():
    """Each FROM has an argument or an earlier stage, because `make pin-images` does not find other tags."""
    for name in FILES[:3]:
        text = (ROOT / name).read_text()
        stages = {"scratch", *re.findall(r"^FROM \S+ AS (\S+)$", text, re.M)}
        for base in re.findall(r"^FROM (\S+)", text, re.M):
            assert base in stages or re.fullmatch(r"\$\{\w+_IMAGE\}", base), f"{name}: {base}"
        for source in re.findall(r"^COPY --from=(\S+)", text, re.M):
            assert source in stages, f"{name}: {source}"
