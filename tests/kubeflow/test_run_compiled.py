"""A compiled pipeline is run task by task: order, inputs, retries and failures, and two components of TFX."""

import importlib
import json
import pathlib
import sys

import pytest
import yaml

from kubeflow.compiled import read_compiled
from kubeflow.run_compiled import TaskError, run_compiled
from pipeline.step_callbacks import StepCallbacks
from transforms.errors import ConfigError

# Replaces the code of a container: logs its name, and fails as often as its parameter `fails`.
SCRIPT = """
import json, os, pathlib, sys
executor_input = json.loads(sys.argv[1])
values, outputs = executor_input["inputs"]["parameterValues"], executor_input["outputs"]
folder = pathlib.Path(values["folder"])
with (folder / "ran").open("a") as ran:
    ran.write(values["name"] + "\\n")
attempts = (folder / "ran").read_text().split().count(values["name"])
print("attempt", attempts, "of", values["name"])
if attempts <= values.get("fails", 0):
    print("\\n".join(f"line {n}" for n in range(40)))
    sys.exit(7)
made = {}
for name, several in outputs["artifacts"].items():
    (artifact,) = several["artifacts"]
    artifact["metadata"] = {"by": values["name"], "buckets": os.environ["LOOKBOOK_BUCKETS"]}
    made[name] = {"artifacts": [artifact]}
pathlib.Path(outputs["outputFile"]).write_text(json.dumps({"artifacts": made}))
"""


@pytest.fixture
def build(tmp_path):
    """Writes a compiled pipeline of tasks `name: (dependencies, parameters)`; each has an output `made`."""

    def write(tasks, parameters=(), retries=0):
        spec = {
            "pipelineInfo": {"name": "small"},
            "root": {"dag": {"tasks": {}}, "inputDefinitions": {"parameters": dict(parameters)}},
            "components": {},
            "deploymentSpec": {"executors": {}},
        }
        for name, (sources, values) in tasks.items():
            constants = {"name": name, "folder": "/mnt/here", **values}
            inputs = {key: {"runtimeValue": {"constant": value}} for key, value in constants.items()}
            inputs.update({key: {"componentInputParameter": key} for key in dict(parameters)})
            spec["root"]["dag"]["tasks"][name] = {
                "componentRef": {"name": f"comp-{name}"},
                "inputs": {
                    "parameters": inputs,
                    "artifacts": {
                        source: {"taskOutputArtifact": {"producerTask": source, "outputArtifactKey": "made"}}
                        for source in sources
                    },
                },
                "retryPolicy": {"maxRetryCount": retries, "backoffDuration": "5s", "backoffMaxDuration": "15s"},
            }
            spec["components"][f"comp-{name}"] = {
                "executorLabel": f"exec-{name}",
                "outputDefinitions": {"artifacts": {"made": {"artifactType": {"schemaTitle": "tfx.Model"}}}},
            }
            container = {"command": ["python", "-c"], "args": [SCRIPT, "{{$}}"]}
            spec["deploymentSpec"]["executors"][f"exec-{name}"] = {"container": container}
        mounts = {f"exec-{name}": {"pvcMount": [{"mountPath": "/mnt/here"}]} for name in tasks}
        platform = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": mounts}}}}
        path = tmp_path / "small.yaml"
        path.write_text(yaml.safe_dump_all([spec, platform]))
        return read_compiled(path)

    return write


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def ran(out):
    return (out / "ran").read_text().split() if (out / "ran").exists() else []


def test_tasks_run_after_their_inputs_and_callbacks_are_called_for_each(build, out):
    calls = []
    callbacks = StepCallbacks(
        on_start=lambda *start: calls.append(start), on_finish=lambda step: calls.append(step.name)
    )
    made = run_compiled(build({"b": (["a"], {}), "c": (["b"], {}), "a": ([], {})}), {}, out, callbacks=callbacks)
    assert ran(out) == ["a", "b", "c"]
    assert calls == [("a", 1, 3), "a", ("b", 2, 3), "b", ("c", 3, 3), "c"]
    assert {key: artifact.metadata["by"] for key, artifact in made.items()} == {(n, "made"): n for n in "abc"}


def test_a_task_gets_the_input_that_kubeflow_would_pass(build, out):
    given = {"day": {"parameterType": "STRING", "defaultValue": "may"}}
    made = run_compiled(build({"a": ([], {"path": "/mnt/here/x"}), "b": (["a"], {})}, given), {"day": "june"}, out)
    second = json.loads((out / "tasks" / "b" / "input.json").read_text())
    (artifact,) = second["inputs"]["artifacts"]["a"]["artifacts"]
    assert artifact["uri"] == made["a", "made"].uri
    assert artifact["uri"].startswith("minio://mlpipeline/v2/artifacts/small/")
    assert artifact["metadata"]["by"] == "a"
    assert artifact["type"] == {"instanceSchema": ""}
    assert second["inputs"]["parameterValues"]["day"] == "june"
    first = json.loads((out / "tasks" / "a" / "input.json").read_text())
    assert first["inputs"]["parameterValues"]["path"] == f"{out}/x"
    (output,) = first["outputs"]["artifacts"]["made"]["artifacts"]
    assert output["type"] == {"schemaTitle": "tfx.Model"}
    assert made["a", "made"].folder == out / "buckets" / "minio" / artifact["uri"].removeprefix("minio://")
    assert made["a", "made"].metadata["buckets"] == str(out / "buckets")


def test_a_failed_task_is_retried_with_growing_waits(build, out):
    waits = []
    run_compiled(build({"a": ([], {"fails": 3})}, retries=3), {}, out, sleep=waits.append)
    assert ran(out) == ["a"] * 4
    assert waits == [5, 10, 15]


def test_tasks_after_a_failed_one_are_not_run_and_the_end_of_its_log_is_reported(build, out):
    pipeline = build({"a": ([], {"fails": 9}), "b": (["a"], {}), "c": (["b"], {}), "d": ([], {})}, retries=1)
    with pytest.raises(TaskError) as caught:
        run_compiled(pipeline, {}, out, sleep=lambda seconds: None)
    assert ran(out) == ["a", "a", "d"]
    first, *lines = str(caught.value).splitlines()
    assert first == f"task a failed in each of 2 attempts, exit code 7; {out}/tasks/a/log.txt ends:"
    assert lines == [*(f"line {number}" for number in range(25, 40)), "not run: b, c"]


def test_unknown_or_missing_parameters_are_errors_before_any_task(build, out):
    pipeline = build({"a": ([], {})}, {"day": {"parameterType": "STRING"}})
    with pytest.raises(ConfigError, match=r"parameters of the pipeline small are day\. Received: night"):
        run_compiled(pipeline, {"night": "1"}, out)
    with pytest.raises(ConfigError, match="must be given day"):
        run_compiled(pipeline, {}, out)
    assert ran(out) == []


@pytest.mark.proof  # two processes import TFX
def test_two_components_of_tfx_run_with_their_own_commands(out, tmp_path, monkeypatch):
    """The second component reads the output of the first one from the bucket."""
    from kubeflow.compile import documents_of
    from kubeflow.config import KubeflowConfig, StepConfig

    # Imported as a top-level module, because the tasks would find the `tests` of an installed package first.
    folder = str(pathlib.Path(__file__).parents[1] / "pipeline")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", folder)
    two_steps = importlib.import_module("tiny_steps").two_steps
    monkeypatch.chdir(pathlib.Path(__file__).parents[2])
    path = tmp_path / "two.yaml"
    cluster = KubeflowConfig(step=StepConfig(retries=0))
    path.write_text(yaml.safe_dump_all(documents_of(two_steps("/mnt/lookbook/log"), cluster)))
    made = run_compiled(read_compiled(path), {}, out)
    assert (out / "log").read_text().split() == ["First", "Second"]
    model = made["second", "made"]
    assert (model.folder / "word").read_text() == "hoho"
    assert out / "buckets" in model.folder.parents
    assert model.uri.startswith("minio://")
    assert sys.prefix not in path.read_text()
