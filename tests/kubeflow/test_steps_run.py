"""Steps of the compiled pipeline run as Kubeflow runs them: by their own commands, from what its driver says.

The driver and the launcher stand in here as kubeflow/pipelines has them: an input's type is left empty, an
address in a bucket is told, and its local copy lies where `kubeflow.step` expects the launcher to put it.
"""

import csv
import json
import os
import pathlib
import subprocess
import sys

import pytest

from transforms.columns import FILES, TABLES

pytestmark = pytest.mark.proof

SCHEMAS = pathlib.Path(__file__).parents[2] / "transforms" / "schemas"
ROWS = {
    "articles": [["0100000001", "0100000", *[""] * 23], ["0100000002", "0100000", *[""] * 23]],
    "customers": [["00aa", "", "", "ACTIVE", "", "31", ""], ["00bb", "1", "", "GOLD", "", "", ""]],
    "transactions": [
        ["2020-09-01", "00aa", "0100000001", "0.05", "2"],
        ["2020-09-02", "00bb", "0100000002", "0.07", "1"],
    ],
}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for table, columns in TABLES.items():
        with (folder / FILES[table]).open("w", newline="") as file:
            csv.writer(file).writerows([[column.name for column in columns], *ROWS[table]])
    return folder


class Cluster:
    """Runs tasks of a spec one by one, with a bucket that is a folder."""

    def __init__(self, spec, root: pathlib.Path, parameters):
        self.spec, self.root, self.parameters = spec, root, parameters
        self.made: dict[tuple[str, str], dict] = {}
        # The launcher's folder below / is not ours to make.
        self.command = (
            "import sys; from kubeflow import step;"
            f"step._LOCAL = {{'minio://': {str(root / 'minio')!r} + '/'}};"
            "sys.exit(step.main(sys.argv[1:]))"
        )

    def run(self, name: str) -> dict:
        task = self.spec["root"]["dag"]["tasks"][name]
        component = self.spec["components"][task["componentRef"]["name"]]
        container = self.spec["deploymentSpec"]["executors"][component["executorLabel"]]["container"]
        output_file = self.root / name / "output_metadata.json"
        values = {}
        for key, value in task.get("inputs", {}).get("parameters", {}).items():
            given = value.get("componentInputParameter")
            values[key] = self.parameters[given] if given else value["runtimeValue"]["constant"]
        inputs = {}
        for key, source in task.get("inputs", {}).get("artifacts", {}).items():
            produced = source["taskOutputArtifact"]
            told = self.made[produced["producerTask"], produced["outputArtifactKey"]]
            inputs[key] = {"artifacts": [{**told, "name": str(len(inputs) + 1), "type": {"instanceSchema": ""}}]}
        outputs = {
            key: {"artifacts": [{"uri": f"minio://bucket/run/{name}/{key}", "type": output["artifactType"]}]}
            for key, output in component["outputDefinitions"]["artifacts"].items()
        }
        told = {
            "inputs": {"artifacts": inputs, "parameterValues": values},
            "outputs": {"artifacts": outputs, "outputFile": str(output_file)},
        }
        assert container["command"] == ["python", "-m", "kubeflow.step"]
        arguments = [argument.replace("{{$}}", json.dumps(told)) for argument in container["args"]]
        done = subprocess.run(
            [sys.executable, "-c", self.command, *arguments], capture_output=True, text=True, env={**os.environ}
        )
        assert done.returncode == 0, done.stderr[-3000:]
        said = json.loads(output_file.read_text())["artifacts"]
        for key in outputs:
            artifact = said[key]["artifacts"][0]
            self.made[name, key] = {"uri": artifact["uri"], "metadata": artifact.get("metadata", {})}
        return {key: self.made[name, key] for key in outputs}

    def folder(self, artifact: dict) -> pathlib.Path:
        return self.root / "minio" / artifact["uri"].removeprefix("minio://")


def test_from_the_csvs_to_the_data_gates_verdict(tmp_path, data_dir):
    from kubeflow.compile import pipeline_documents
    from kubeflow.config import load_config

    config = load_config("kubeflow-cpu", ["ingest.memory_limit_gib=0.5", f"kubeflow.schemas={SCHEMAS}"])
    spec, _ = pipeline_documents(config)
    cluster = Cluster(spec, tmp_path, {"data_dir": str(data_dir), "data_version": "may"})
    tables = cluster.run("ingest")["tables"]
    assert tables["uri"] == "minio://bucket/run/ingest/tables"
    assert tables["metadata"]["last_day"] == "2020-09-02"
    assert (cluster.folder(tables) / "transactions.parquet").is_file()
    for step in ("statistics", "schema", "validator"):
        cluster.run(f"{step}-customers")
    for table in ("articles", "transactions"):  # the same steps again would show nothing new, and take minutes
        cluster.made[f"validator-{table}", "anomalies"] = cluster.made["validator-customers", "anomalies"]
    verdict = cluster.run("data-gate")["verdict"]
    assert json.loads((cluster.folder(verdict) / "verdict.json").read_text())["passed"] is True
