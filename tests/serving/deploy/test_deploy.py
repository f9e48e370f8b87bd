"""The manifests are valid, hardened and consistent; nothing is deployed."""

import re

import kubernetes_validate
import pytest
import yaml

from serving import probe
from serving.server import command as server_command
from serving.server.config import ServerConfig
from tests.source_tree import ROOT

DEPLOY = ROOT / "serving" / "deploy"
OLDEST, NEWEST = "1.27", "1.34"
# Flags of tensorflow_model_server in its main.cc.
FLAGS_OF_TENSORFLOW_SERVING = {
    "port",
    "rest_api_port",
    "model_name",
    "model_base_path",
    "file_system_poll_wait_seconds",
    "monitoring_config_file",
    "enable_grpc_healthcheck_service",
    "grpc_channel_arguments",
}


def manifests(*names):
    paths = [DEPLOY / "kubernetes" / name for name in names] or sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    read = ((path.name, document) for path in paths for document in yaml.safe_load_all(path.read_text()))
    return [(name, document) for name, document in read if document["kind"] != "Kustomization"]


DEPLOYMENTS = manifests("deployment.yaml", "deployment-scann.yaml")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def one(kind, *names):
    (found,) = [document for _, document in manifests(*names) if document["kind"] == kind]
    return found


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize(("name", "manifest"), manifests(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_manifest_matches_the_schemas_of_kubernetes(name, manifest, version):
    kubernetes_validate.validate(manifest, version, strict=True)


def test_the_validation_rejects_an_invalid_manifest():
    wrong = one("Deployment", "deployment.yaml")
    wrong["spec"]["template"]["spec"]["containers"][0]["readOnly"] = True
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, OLDEST, strict=True)


def test_applied_manifests_exist_and_share_one_namespace():
    tree = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())
    applied = manifests(*tree["resources"])
    assert {m["metadata"].get("namespace") for _, m in applied if m["kind"] != "Namespace"} == {tree["namespace"]}
    kinds = [m["kind"] for _, m in applied]
    assert sorted(kinds) == sorted(set(kinds)), "one of each"
    assert {"Deployment", "Service", "HorizontalPodAutoscaler", "PersistentVolumeClaim"} <= set(kinds)


@pytest.mark.parametrize(("name", "deployment"), DEPLOYMENTS, ids=lambda value: value if isinstance(value, str) else "")
class TestDeployment:
    def pod(self, deployment):
        return deployment["spec"]["template"]["spec"]

    def test_it_runs_without_root_and_with_a_read_only_root_filesystem(self, name, deployment):
        pod = self.pod(deployment)
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }

    def test_models_are_mounted_read_only(self, name, deployment):
        pod = self.pod(deployment)
        (mount,) = [m for m in pod["containers"][0]["volumeMounts"] if m["name"] == "models"]
        (volume,) = [v for v in pod["volumes"] if v["name"] == "models"]
        assert mount["readOnly"]
        assert volume["persistentVolumeClaim"]["readOnly"]
        for file in ("volume.yaml", "volume-bucket.yaml"):
            claim = one("PersistentVolumeClaim", file)
            assert claim["metadata"]["name"] == volume["persistentVolumeClaim"]["claimName"]

    def test_it_has_probes_and_resources(self, name, deployment):
        (container,) = self.pod(deployment)["containers"]
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container)
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
            found = container[kind]
            assert found.get("grpc", {"port": 8500}) == {"port": ports["grpc"]}
            assert found.get("httpGet", {"port": "http"})["port"] in ports
            assert "tcpSocket" not in found, "a frozen server still accepts connections"
            _check_probe(found, alive=kind != "readinessProbe")

    def test_a_server_that_is_loading_is_not_restarted(self, name, deployment):
        (container,) = self.pod(deployment)["containers"]
        liveness, startup = container["livenessProbe"], container["startupProbe"]
        if "exec" in liveness:
            assert "--alive" in liveness["exec"]["command"], "checks the process, not its models"
            assert "--alive" in startup["exec"]["command"]
        else:  # the stock server opens its ports when the first version is loaded
            assert "--enable_grpc_healthcheck_service=true" in container["args"]
            assert startup["periodSeconds"] * startup["failureThreshold"] >= 2 * ServerConfig().load_timeout_s

    def test_selectors_match_its_labels(self, name, deployment):
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        selectors = [
            deployment["spec"]["selector"]["matchLabels"],
            one("Service", "service.yaml")["spec"]["selector"],
            one("PodDisruptionBudget", "disruption-budget.yaml")["spec"]["selector"]["matchLabels"],
            one("NetworkPolicy", "network-policy.yaml")["spec"]["podSelector"]["matchLabels"],
        ]
        assert all(selector.items() <= labels.items() for selector in selectors)
        target = one("HorizontalPodAutoscaler", "autoscaler.yaml")["spec"]["scaleTargetRef"]
        assert (target["kind"], target["name"]) == ("Deployment", deployment["metadata"]["name"])
        account = one("ServiceAccount", "service-account.yaml")["metadata"]["name"]
        assert self.pod(deployment)["serviceAccountName"] == account

    def test_the_server_accepts_its_flags(self, name, deployment):
        (container,) = self.pod(deployment)["containers"]
        _check_flags(container["command"], container["args"])

    def test_the_termination_grace_period_is_long_enough(self, name, deployment):
        pod = self.pod(deployment)
        (container,) = pod["containers"]
        taken = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
        taken += sum(int(a.partition("=")[2]) for a in container["args"] if a.startswith("--grace-s="))
        assert taken < pod["terminationGracePeriodSeconds"]


def test_the_tls_variant_uses_tls_for_serving_and_probes():
    folder = DEPLOY / "kubernetes" / "tls"
    tree = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert {patch["path"] for patch in tree["patches"]} == {"deployment.yaml", "service.yaml"}
    patch = yaml.safe_load((folder / "deployment.yaml").read_text())
    base = one("Deployment", "deployment-scann.yaml")
    assert [patch["metadata"][key] for key in ("name", "namespace")] == ["model-server", "lookbook"]
    pod = patch["spec"]["template"]["spec"]
    (container,), (plain,) = pod["containers"], base["spec"]["template"]["spec"]["containers"]
    assert container["name"] == plain["name"]
    assert container["args"][: len(plain["args"])] == plain["args"]
    _check_flags(plain["command"], container["args"])
    (mount,), (volume,) = container["volumeMounts"], pod["volumes"]
    assert mount["name"] == volume["name"]
    probes = {kind: container[kind] for kind in ("startupProbe", "readinessProbe", "livenessProbe")}
    for kind, found in probes.items():
        assert found["$patch"] == "replace", "replaces the probe without TLS"
        _check_probe(found, alive=kind != "readinessProbe")
        assert {a.partition("=")[0] for a in found["exec"]["command"]} >= {"--tls-ca", "--tls-certificate", "--tls-key"}
    files = [a for p in probes.values() for a in p["exec"]["command"]] + container["args"]
    named = [a.partition("=")[2] for a in files if a.startswith("--tls") and "server-name" not in a]
    assert all(path.startswith(f"{mount['mountPath']}/") for path in named)
    whole = {**base, "spec": {**base["spec"], "template": {**base["spec"]["template"]}}}
    merged = {**plain, **{k: v for k, v in container.items() if k != "volumeMounts"}}
    for kind, found in probes.items():
        merged[kind] = {k: v for k, v in found.items() if k != "$patch"}
    merged["volumeMounts"] = plain["volumeMounts"] + container["volumeMounts"]
    whole["spec"]["template"]["spec"] = {
        **base["spec"]["template"]["spec"],
        "containers": [merged],
        "volumes": base["spec"]["template"]["spec"]["volumes"] + pod["volumes"],
    }
    kubernetes_validate.validate(whole, NEWEST, strict=True)


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_compose_runs_without_root_and_with_a_read_only_root_filesystem(name):
    service = COMPOSE["services"][name]
    assert int(service["user"].split(":")[0]) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["deploy"]["resources"]["limits"]
    assert service["healthcheck"]["test"]
    assert all(volume.endswith(":ro") for volume in service["volumes"])
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    _check_flags(service.get("entrypoint", []) + service["command"][:3], service["command"])
    for volume in service["volumes"]:
        if volume.startswith("./"):
            assert (DEPLOY / volume.split(":")[0]).is_file()


def test_images_have_the_installed_versions():
    required = (ROOT / "requirements.in").read_text()
    (version,) = re.findall(r"^tensorflow-serving-api==(.+)$", required, flags=re.M)
    (own,) = re.findall(r'version="(.+)"', (ROOT / "setup.py").read_text())
    images = {service["image"] for service in COMPOSE["services"].values()}
    images |= {d["spec"]["template"]["spec"]["containers"][0]["image"] for _, d in DEPLOYMENTS}
    tags = {image.partition("@")[0] for image in images}
    assert tags == {f"tensorflow/serving:{version}", f"lookbook-serving:{own}"}
    assert f"-t lookbook-serving:{own} ." in (DEPLOY / "Dockerfile").read_text()
    recipe = (DEPLOY / "Dockerfile.scann").read_text()
    bases = [f"tensorflow/serving:{version}-devel", f"tensorflow/serving:{version}"]
    assert [base.partition("@")[0] for base in re.findall(r"^ARG \w+_IMAGE=(\S+)$", recipe, re.M)] == bases
    (scann,) = re.findall(r"^scann==([\d.]+)", required, flags=re.M)
    assert f"ScaNN {scann} " in recipe
    assert re.search(r"^USER [1-9]\d*:\d+$", recipe, flags=re.M)


def test_compose_and_kubernetes_have_the_same_monitoring_configuration():
    text = one("ConfigMap", "config.yaml")["data"]["monitoring.config"]
    assert text.split() == (DEPLOY / "monitoring.config").read_text().split()


def _check_probe(found, alive):
    """A probe by command must be a valid command line of serving.probe."""
    command = found.get("exec", {}).get("command")
    if command is None:
        return
    assert command[:3] == ["python", "-m", "serving.probe"]
    options = probe.argument_parser().parse_args(command[3:])
    assert options.alive is alive
    assert options.timeout_s < found["timeoutSeconds"]


def _check_flags(command, arguments):
    flags = {a[2:].partition("=")[0] for a in arguments if a.startswith("--")}
    if command[0] == "tensorflow_model_server":
        assert flags <= FLAGS_OF_TENSORFLOW_SERVING
    else:
        assert command[:3] == ["python", "-m", "serving.server"]
        server_command.argument_parser().parse_args([a for a in arguments if a.startswith("--")])
