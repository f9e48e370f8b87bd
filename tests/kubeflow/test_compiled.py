"""A compiled file is read back: commands, inputs and dependencies of its tasks."""

import json

import pytest
import yaml

from kubeflow.compiled import read_compiled
from tests.kubeflow.conftest import GOLDEN
from transforms.errors import LookbookError


@pytest.fixture(scope="module")
def train():
    return read_compiled(GOLDEN / "kubeflow-cpu.yaml")


def test_every_task_comes_after_those_it_waits_for(train):
    names = [task.name for task in train.tasks]
    assert len(set(names)) == len(names) == 34
    for number, task in enumerate(train.tasks):
        assert task.waits_for <= set(names[:number])
    (features,) = (task for task in train.tasks if task.name == "features")
    assert features.waits_for == {"ingest", "content", "data-gate", "drift-gate", "freshness-gate"}


def test_a_task_has_its_command_inputs_and_retries(train):
    by_name = {task.name: task for task in train.tasks}
    ingest, gate = by_name["ingest"], by_name["data-gate"]
    assert ingest.command[:3] == ("python", "-m", "kubeflow.step")
    assert "{{$}}" in ingest.command
    assert ingest.from_run == {"data_dir": "data_dir", "fingerprint": "data_version"}
    assert json.loads(ingest.constants["settings"])["code_version"] == "golden"
    assert (ingest.retries, ingest.backoff_s, ingest.backoff_factor, ingest.max_backoff_s) == (2, 60, 2, 3600)
    assert gate.retries == 0
    assert gate.artifacts["tables"] == ("ingest", "tables")
    assert set(ingest.outputs) == {"tables", "articles_examples", "customers_examples", "transactions_examples"}


def test_the_pipeline_has_parameters_with_defaults_and_a_volume(train):
    assert train.name == "lookbook"
    assert train.parameters == {"data_dir": "/mnt/lookbook/data", "data_version": "1", "allow_older": "false"}
    assert train.mount_paths == ("/mnt/lookbook",)
    assert train.root is None


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, "cannot be read"), ("a: [", "cannot be read"), ("a: 1", "it lacks"), ("", "it lacks"), ("[]", "it lacks")],
)
def test_a_file_that_is_not_a_compiled_pipeline_is_an_error(tmp_path, text, message):
    path = tmp_path / "pipeline.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(LookbookError, match=rf"pipeline\.yaml must be a compiled pipeline.*{message}"):
        read_compiled(path)


def test_tasks_in_a_cycle_are_named(tmp_path):
    documents = list(yaml.safe_load_all((GOLDEN / "kubeflow-cpu.yaml").read_text()))
    documents[0]["root"]["dag"]["tasks"]["ingest"]["dependentTasks"] = ["data-gate"]
    (tmp_path / "p.yaml").write_text(yaml.safe_dump_all(documents))
    with pytest.raises(LookbookError, match=r"must not wait for each other\. Received: data-gate.*ingest"):
        read_compiled(tmp_path / "p.yaml")
