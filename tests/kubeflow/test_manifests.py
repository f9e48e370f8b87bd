"""The manifests are valid, match the presets, and are those that the documentation applies."""

import re

import kubernetes_validate
import pytest
import yaml

from kubeflow import tfjob
from kubeflow.config import load_config
from tests.source_tree import ROOT

MANIFESTS = sorted((ROOT / "kubeflow" / "manifests").glob("*.yaml"))
DOCUMENT = (ROOT / "docs" / "kubeflow.md").read_text(encoding="utf-8")
OLDEST, NEWEST = "1.27", "1.34"


@pytest.fixture(scope="module")
def by_kind():
    return {document["kind"]: document for path in MANIFESTS for document in yaml.safe_load_all(path.read_text())}


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_a_manifest_is_valid(path, version):
    for document in yaml.safe_load_all(path.read_text()):
        kubernetes_validate.validate(document, version, strict=True)


def test_the_manifests_and_the_preset_have_the_same_claim_and_image(by_kind):
    cluster = load_config("kubeflow-cpu", []).kubeflow
    claim, pod = by_kind["PersistentVolumeClaim"], by_kind["Pod"]
    assert claim["metadata"]["name"] == cluster.volume_claim
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    (volume,), (container,) = pod["spec"]["volumes"], pod["spec"]["containers"]
    assert volume["persistentVolumeClaim"]["claimName"] == cluster.volume_claim
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == [cluster.mount_path]
    assert container["image"] == cluster.image
    assert claim["metadata"]["namespace"] == pod["metadata"]["namespace"]


def test_the_steps_may_do_what_the_step_of_a_job_calls(by_kind):
    (rule,) = by_kind["Role"]["rules"]
    assert (rule["apiGroups"], rule["resources"]) == ([tfjob.GROUP], [tfjob.PLURAL])
    assert set(rule["verbs"]) == {"create", "get", "delete"}
    assert by_kind["RoleBinding"]["roleRef"]["name"] == by_kind["Role"]["metadata"]["name"]


def test_the_pod_has_the_user_of_the_steps(by_kind):
    user = re.search(r"^USER (\d+):(\d+)$", (ROOT / "kubeflow" / "Dockerfile").read_text(), re.M)
    assert user
    context = by_kind["Pod"]["spec"]["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"]) == (int(user[1]), int(user[2]))
    assert context["runAsNonRoot"]


def test_the_documentation_applies_all_manifests_and_uses_their_pod(by_kind):
    applied = re.findall(r"-f (kubeflow/manifests/\S+)", DOCUMENT)
    assert {ROOT / path for path in applied} == set(MANIFESTS)
    pod = by_kind["Pod"]["metadata"]
    pods = re.findall(r"^kubectl (?:wait|cp|exec|port-forward) -n (\S+).*?(?:pod/)?(lookbook-\w+)", DOCUMENT, re.M)
    assert len(pods) == 5
    assert set(pods) == {(pod["namespace"], pod["name"])}
    assert f"{pod['name']}:{load_config('kubeflow-cpu', []).kubeflow.data_dir}" in DOCUMENT


def test_every_lookbook_command_in_a_pod_is_valid():
    """tests/docs checks the commands at the start of a line."""
    from tests.docs.test_documentation import parse_command

    inside = re.findall(r"-- lookbook (.+)$", DOCUMENT, re.M)
    assert len(inside) == 2
    for words in inside:
        parse_command(words.split())
