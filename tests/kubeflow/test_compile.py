"""Open-source Kubeflow Pipelines can run the compiled pipelines."""

import getpass
import importlib
import json
import pathlib
import re
import sys
import tempfile

import pytest
import yaml
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from kubeflow.config import load_config
from tests.kubeflow.conftest import COMPILED, GOLDEN

TRAINERS = {"retrieval", "ranking"}
# Argo's validator, workflow/validate/validate.go: workflowFieldNameFmt.
ARGO_NAME = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]{0,127}")
REFERENCE = re.compile(r"\{\{\$\.inputs\.parameters\['(.+?)'\]\}\}")


@pytest.mark.parametrize("name", COMPILED)
def test_the_pipeline_equals_the_golden_file(compiled, name):
    golden = list(yaml.safe_load_all((GOLDEN / f"{name}.yaml").read_text(encoding="utf-8")))
    assert list(yaml.safe_load_all(compiled[name])) == golden, (
        "if this change is intended, run `pytest tests/kubeflow --regenerate-golden` and review the diff"
    )


def test_the_specs_parse_as_messages_of_kubeflow(documents):
    spec, platform = documents
    parsed = json_format.ParseDict(spec, pipeline_spec_pb2.PipelineSpec())
    assert parsed.schema_version == "2.1.0"
    assert len(parsed.components) == len(parsed.root.dag.tasks) >= 19
    deployment = json_format.ParseDict(spec["deploymentSpec"], pipeline_spec_pb2.PipelineDeploymentConfig())
    assert set(deployment.executors) == {component.executor_label for component in parsed.components.values()}
    json_format.ParseDict(platform, pipeline_spec_pb2.PlatformSpec())


def test_every_step_is_a_container(spec):
    kinds = {kind for executor in spec["deploymentSpec"]["executors"].values() for kind in executor}
    assert kinds == {"container"}


@pytest.mark.parametrize("kind", ["resolver", "importer"])
def test_a_kind_of_step_that_kubeflow_cannot_run_is_an_error(spec, kind):
    from kubeflow.spec import refuse_kinds

    executors = {**spec["deploymentSpec"]["executors"], "exec-other": {kind: {}}}
    with pytest.raises(ValueError, match=f"exec-other must be a container. Received: a {kind}"):
        refuse_kinds({"deploymentSpec": {"executors": executors}})


def test_argo_accepts_the_names_of_tasks(tasks):
    assert [name for name in tasks if not ARGO_NAME.fullmatch(name)] == []
    assert {name: task["taskInfo"]["name"] for name, task in tasks.items()} == {name: name for name in tasks}


def test_inputs_come_from_existing_outputs_and_there_are_no_cycles(spec, tasks):
    waits = {}
    for name, task in tasks.items():
        waits[name] = set(task.get("dependentTasks", []))
        for source in task.get("inputs", {}).get("artifacts", {}).values():
            produced = source["taskOutputArtifact"]
            waits[name].add(produced["producerTask"])
            producer = spec["components"][tasks[produced["producerTask"]]["componentRef"]["name"]]
            assert produced["outputArtifactKey"] in producer["outputDefinitions"]["artifacts"]
    while waits:
        free = {name for name, others in waits.items() if not others}
        assert free, f"these wait for each other: {sorted(waits)}"
        waits = {name: others - free for name, others in waits.items() if name not in free}


def test_steps_wait_for_the_gates(tasks):
    first = "current-states" if "current-states" in tasks else "features"
    assert {"data-gate", "drift-gate", "freshness-gate"} <= set(tasks[first]["dependentTasks"])
    assert {"model-gate", "infra-gate"} <= set(tasks["push"]["dependentTasks"])


def test_the_pipelines_have_different_names_and_a_refresh_has_no_training(compiled):
    specs = {name: next(yaml.safe_load_all(text)) for name, text in compiled.items()}
    names = {name: spec["pipelineInfo"]["name"] for name, spec in specs.items()}
    trainings = dict.fromkeys(("kubeflow-cpu", "kubeflow-gpu", "kubeflow-workers"), "lookbook")
    assert names == {**trainings, "kubeflow-cpu-refresh": "lookbook-refresh"}
    tasks = set(specs["kubeflow-cpu-refresh"]["root"]["dag"]["tasks"])
    assert (
        tasks & {"features", "transform", "retrieval", "candidates", "ranking", "gather-weights", "assemble-baseline"}
        == set()
    )
    assert tasks - set(specs["kubeflow-cpu"]["root"]["dag"]["tasks"]) == {"current-states"}


def test_a_container_runs_an_existing_executor(containers):
    for name, container in containers.items():
        if name != "retrieval" or container["command"][2] != "kubeflow.tfjob":
            assert container["command"] == ["python", "-m", "kubeflow.step"]
        module, name = container["args"][container["args"].index("--executor_class_path") + 1].rsplit(".", 1)
        assert hasattr(importlib.import_module(module), name)
        assert container["args"][container["args"].index("--json_serialized_invocation_args") + 1] == "{{$}}"


def test_trainers_have_resources_of_their_own(compiled):
    spec = next(yaml.safe_load_all(compiled["kubeflow-gpu"]))
    for label, executor in spec["deploymentSpec"]["executors"].items():
        container = executor["container"]
        if label.removeprefix("exec-") in TRAINERS:
            gpu = {"type": "nvidia.com/gpu", "count": "1"}
            assert container["resources"] == {"cpuLimit": 8.0, "memoryLimit": 32.0, "accelerator": gpu}
            assert container["image"] == "lookbook:0.1.0-gpu"
        else:
            assert container["resources"] == {"cpuLimit": 4.0, "memoryLimit": 16.0}
            assert container["image"] == "lookbook:0.1.0"


def test_the_towers_are_trained_by_a_job_of_workers_that_the_step_waits_for(compiled):
    spec = next(yaml.safe_load_all(compiled["kubeflow-workers"]))
    containers = {label: one["container"] for label, one in spec["deploymentSpec"]["executors"].items()}
    commands = {label: container["command"] for label, container in containers.items()}
    *command, job = commands.pop("exec-retrieval")
    assert command == ["python", "-m", "kubeflow.tfjob"]
    assert "{{" not in job
    assert {name: json.loads(job)[name] for name in ("workers", "cpu", "memory_gb", "image", "restarts")} == {
        "workers": 2,
        "cpu": 16.0,
        "memory_gb": 32.0,
        "image": "lookbook:0.1.0",
        "restarts": 2,
    }
    assert containers["exec-retrieval"]["resources"] == {"cpuLimit": 4.0, "memoryLimit": 16.0}
    assert all(command == ["python", "-m", "kubeflow.step"] for command in commands.values())


def test_every_step_except_the_gates_of_the_data_is_retried(tasks):
    counts = {name: task.get("retryPolicy", {}).get("maxRetryCount", 0) for name, task in tasks.items()}
    gates = ("data-gate", "drift-gate", "freshness-gate", "ranking-drift-gate")
    assert {counts.pop(gate, 0) for gate in gates} == {0}
    assert set(counts.values()) == {2}
    assert tasks["ingest"]["retryPolicy"]["backoffDuration"] == "60s"


def test_every_step_except_those_that_read_the_pushed_versions_is_cached(tasks):
    cached = {name for name, task in tasks.items() if task["cachingOptions"]["enableCache"]}
    assert set(tasks) - cached == {"drift-statistics", "freshness-gate", "last-blessed", "report"}


def test_the_report_is_a_page_for_the_ui_of_kubeflow(spec, tasks):
    """Kubeflow's SDK declares `Output[HTML]` like this."""
    report = spec["components"][tasks["report"]["componentRef"]["name"]]["outputDefinitions"]["artifacts"]["report"]
    assert report["artifactType"] == {"schemaTitle": "system.HTML", "schemaVersion": "0.0.1"}
    assert "push" in {a["taskOutputArtifact"]["producerTask"] for a in tasks["report"]["inputs"]["artifacts"].values()}


def test_a_run_has_parameters_for_the_data(spec, tasks):
    parameters = spec["root"]["inputDefinitions"]["parameters"]
    assert {name: p["defaultValue"] for name, p in parameters.items()} == {
        "data_dir": "/mnt/lookbook/data",
        "data_version": "1",
        "allow_older": "false",
    }
    ingest = tasks["ingest"]["inputs"]["parameters"]
    assert ingest["data_dir"] == {"componentInputParameter": "data_dir"}
    assert ingest["fingerprint"] == {"componentInputParameter": "data_version"}


def test_a_task_gets_the_parameters_that_it_refers_to(spec, tasks):
    referring = set()
    for name, task in tasks.items():
        inputs = task.get("inputs", {}).get("parameters", {})
        for value in inputs.values():
            for parameter in REFERENCE.findall(str(value.get("runtimeValue", {}).get("constant", ""))):
                referring.add(name)
                assert inputs[parameter] == {"componentInputParameter": parameter}
                definitions = spec["components"][task["componentRef"]["name"]]["inputDefinitions"]
                assert definitions["parameters"][parameter] == {"parameterType": "STRING"}
    # The run of a refresh is named by the version of the data.
    assert referring <= {"push", "drift-statistics"}
    assert "push" in referring


def test_every_step_mounts_the_volume(documents):
    spec, platform = documents
    mounts = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert set(mounts) == set(spec["deploymentSpec"]["executors"])
    assert all(m == {"pvcMount": [{"constant": "lookbook", "mountPath": "/mnt/lookbook"}]} for m in mounts.values())


def test_no_path_of_the_compiling_machine_is_in_the_file(compiled):
    here = {str(pathlib.Path(__file__).parents[2]), sys.prefix, sys.base_prefix, tempfile.gettempdir()}
    here.add(str(pathlib.Path.home()))
    here.add(f"/{getpass.getuser()}/")
    for text in compiled.values():
        assert [path for path in here if path in text] == []


def test_changed_settings_or_code_change_the_parameters_of_tasks(tmp_path):
    from kubeflow.compile import pipeline_documents

    def parameters(*assignments, version):
        config = load_config("kubeflow-cpu", assignments)
        spec, _ = pipeline_documents(config, version_of=lambda module: version)
        tasks = spec["root"]["dag"]["tasks"]
        return {
            name: json.dumps(task.get("inputs", {}).get("parameters"), sort_keys=True) for name, task in tasks.items()
        }

    before = parameters(version="one")
    settings = parameters("retrieval.epochs=3", version="one")
    code = parameters(version="two")
    assert {name for name in before if before[name] != settings[name]} == {"retrieval", "report"}
    assert {"ingest", "transform", "retrieval", "ranking", "evaluator"} <= {n for n in before if before[n] != code[n]}


def test_a_pipeline_root_is_written_only_if_given(compiled):
    from kubeflow.compile import pipeline_documents

    assert "defaultPipelineRoot" not in next(yaml.safe_load_all(compiled["kubeflow-cpu"]))
    config = load_config("kubeflow-cpu", ["kubeflow.pipeline_root=gs://bucket/root"])
    assert pipeline_documents(config)[0]["defaultPipelineRoot"] == "gs://bucket/root"
