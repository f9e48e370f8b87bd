"""The manifests are valid, fit the presets, and are what the document says to apply."""

import pathlib
import re

import kubernetes_validate
import pytest
import yaml

from kubeflow.config import load_config

ROOT = pathlib.Path(__file__).parents[2]
MANIFESTS = sorted((ROOT / "kubeflow" / "manifests").glob("*.yaml"))
DOCUMENT = (ROOT / "docs" / "kubeflow.md").read_text(encoding="utf-8")
OLDEST, NEWEST = "1.27", "1.34"


@pytest.fixture(scope="module")
def by_kind():
    return {document["kind"]: document for path in MANIFESTS for document in yaml.safe_load_all(path.read_text())}


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_kubernetes_accepts_them(path, version):
    for document in yaml.safe_load_all(path.read_text()):
        kubernetes_validate.validate(document, version, strict=True)


def test_the_claim_is_the_one_that_every_step_mounts(by_kind):
    cluster = load_config("kubeflow-cpu", []).kubeflow
    claim, pod = by_kind["PersistentVolumeClaim"], by_kind["Pod"]
    assert claim["metadata"]["name"] == cluster.volume_claim
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    (volume,), (container,) = pod["spec"]["volumes"], pod["spec"]["containers"]
    assert volume["persistentVolumeClaim"]["claimName"] == cluster.volume_claim
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == [cluster.mount_path]
    assert container["image"] == cluster.image
    assert claim["metadata"]["namespace"] == pod["metadata"]["namespace"]


def test_the_shell_writes_as_the_steps_do(by_kind):
    user = re.search(r"^USER (\d+):(\d+)$", (ROOT / "kubeflow" / "Dockerfile").read_text(), re.M)
    assert user
    context = by_kind["Pod"]["spec"]["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"]) == (int(user[1]), int(user[2]))
    assert context["runAsNonRoot"]


def test_the_document_applies_files_that_exist_and_asks_for_pods_that_they_make(by_kind):
    applied = re.findall(r"-f (kubeflow/manifests/\S+)", DOCUMENT)
    assert {ROOT / path for path in applied} == set(MANIFESTS)
    pod = by_kind["Pod"]["metadata"]
    told = re.findall(r"^kubectl (?:wait|cp|exec|port-forward) -n (\S+).*?(?:pod/)?(lookbook-\w+)", DOCUMENT, re.M)
    assert len(told) == 5
    assert set(told) == {(pod["namespace"], pod["name"])}
    assert f"{pod['name']}:{load_config('kubeflow-cpu', []).kubeflow.data_dir}" in DOCUMENT


def test_every_lookbook_command_in_a_pod_can_be_typed():
    """Those at the beginning of a line are held by tests/docs."""
    from tests.docs.test_documentation import _parse

    inside = re.findall(r"-- lookbook (.+)$", DOCUMENT, re.M)
    assert len(inside) == 2
    for words in inside:
        _parse(words.split())
