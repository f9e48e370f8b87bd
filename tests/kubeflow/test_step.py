"""The entry point of a step's container converts Kubeflow's input to TFX's, and the output back."""

import importlib.util
import json
import pathlib

import pytest

from kubeflow import step

SCHEMA = "title: tfx.Examples\ntype: object\n"


def invocation(uri="gs://bucket/root/a", kind=None, **parameters):
    return {
        "inputs": {
            "artifacts": {
                "examples": {"artifacts": [{"name": "7", "uri": uri, "type": kind or {"instanceSchema": ""}}]}
            },
            "parameterValues": parameters,
        },
        "outputs": {
            "artifacts": {"model": {"artifacts": [{"uri": f"{uri}-out", "type": {"schemaTitle": "tfx.Model"}}]}},
            "outputFile": "/tmp/kfp_outputs/output_metadata.json",
        },
    }


def the_input(invocation):
    return invocation["inputs"]["artifacts"]["examples"]["artifacts"][0]


@pytest.mark.parametrize(
    ("uri", "local"),
    [
        ("gs://bucket/root/a", "/gcs/bucket/root/a"),
        ("s3://bucket/root/a", "/s3/bucket/root/a"),
        ("minio://mlpipeline/v2/a", "/minio/mlpipeline/v2/a"),
        ("/mnt/lookbook/a", "/mnt/lookbook/a"),
    ],
)
def test_addresses_become_the_launchers_local_paths(uri, local):
    given = invocation(uri)
    step.to_local_paths(given, pathlib.Path("/"))
    assert the_input(given)["uri"] == local
    assert given["outputs"]["artifacts"]["model"]["artifacts"][0]["uri"] == f"{local}-out"


def test_local_paths_in_the_output_become_addresses():
    addresses = step.to_local_paths(invocation("minio://b/r/a"), pathlib.Path("/"))
    output = {
        "uri": "/minio/b/r/a-out",
        "metadata": {"current_model": "/minio/b/r/a/Format", "n": 1, "l": ["/minio/b/r/ab"]},
    }
    assert step.to_bucket_addresses(output, addresses) == {
        "uri": "minio://b/r/a-out",
        "metadata": {"current_model": "minio://b/r/a/Format", "n": 1, "l": ["/minio/b/r/ab"]},
    }


def test_an_empty_type_is_replaced_by_that_of_the_component():
    given = invocation()
    step.complete_types(given, {"artifacts": {"examples": {"artifactType": {"instanceSchema": SCHEMA}}}})
    assert the_input(given)["type"] == {"instanceSchema": SCHEMA}


def test_a_type_that_is_given_is_kept():
    given = invocation(kind={"schemaTitle": "tfx.Examples"})
    step.complete_types(given, {})
    assert the_input(given)["type"] == {"schemaTitle": "tfx.Examples"}


@pytest.mark.parametrize(
    "kind", [{"schemaTitle": "lookbook.States"}, {"instanceSchema": "title: lookbook.States\ntype: object\n"}]
)
def test_an_own_type_is_resolved_to_its_class(kind):
    from tfx.utils import import_utils

    from components.artifacts import States

    given = invocation(kind=kind)
    step.complete_types(given, {})
    assert import_utils.import_class_by_path(the_input(given)["type"]["schemaTitle"]) is States


def test_the_address_of_a_page_becomes_that_of_its_file(tmp_path):
    """Kubeflow's UI reads the address of an artifact of type system.HTML as a file."""
    given = invocation(str(tmp_path / "a"))
    (output,) = given["outputs"]["artifacts"]["model"]["artifacts"]
    output["type"] = {"schemaTitle": "system.HTML", "schemaVersion": "0.0.1"}
    step.complete_types(given, {"artifacts": {"examples": {"artifactType": {"instanceSchema": SCHEMA}}}})
    assert output["type"] == {"schemaTitle": "components.artifacts.Html"}
    pathlib.Path(output["uri"]).mkdir()
    (pathlib.Path(output["uri"]) / "report.html").write_text("<p>")
    reported = {"artifacts": {"model": {"artifacts": [{"uri": output["uri"]}]}}}
    step.to_addresses_of_pages(reported, given)
    assert reported["artifacts"]["model"]["artifacts"][0]["uri"] == f"{tmp_path / 'a-out'}/report.html"


def test_references_within_values_are_replaced():
    given = invocation(
        custom_config='{"run_key": "{{$.inputs.parameters[\'data_version\']}}"}', data_version="may", count=3.0
    )
    step.resolve_references(given)
    assert json.loads(given["inputs"]["parameterValues"]["custom_config"]) == {"run_key": "may"}
    assert given["inputs"]["parameterValues"]["count"] == 3.0


@pytest.fixture
def fake_entry_point(tmp_path, monkeypatch):
    """Replaces TFX's entry point by a script that writes its arguments and an output; exits with 3 if `fail` is set."""
    (tmp_path / "fake_entry_point.py").write_text(
        "import json, pathlib, sys\n"
        "arguments = json.loads(sys.argv[sys.argv.index('--json_serialized_invocation_args') + 1])\n"
        "out = arguments['outputs']['artifacts']['model']['artifacts'][0]['uri']\n"
        "assert pathlib.Path(out).is_dir()\n"
        "file = pathlib.Path(arguments['outputs']['outputFile'])\n"
        "file.write_text(json.dumps({'argv': sys.argv[1:], 'uri': out}))\n"
        "sys.exit(3 if arguments['inputs']['parameterValues'].get('fail') else 0)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(step, "EXECUTOR", "fake_entry_point")
    monkeypatch.setenv(step.BUCKETS, str(tmp_path))

    def run(**parameters):
        given = invocation(**parameters)
        given["outputs"]["outputFile"] = str(tmp_path / "output.json")
        spec = {"artifacts": {"examples": {"artifactType": {"instanceSchema": SCHEMA}}}}
        arguments = ["--executor_class_path", "a.B", step.INVOCATION, json.dumps(given)]
        code = step.main([*arguments, step.INPUTS_SPEC, json.dumps(spec), "--runner=x"])
        return code, json.loads((tmp_path / "output.json").read_text())

    return run


def test_the_entry_point_gets_local_paths_and_reports_addresses(fake_entry_point, tmp_path):
    code, output = fake_entry_point()
    assert code == 0
    assert output["uri"] == "gs://bucket/root/a-out"
    assert (tmp_path / "gcs" / "bucket" / "root" / "a-out").is_dir()
    assert output["argv"][:2] == ["--executor_class_path", "a.B"]
    assert output["argv"][-1] == "--runner=x"


def test_the_exit_code_of_a_failure_is_returned(fake_entry_point):
    code, _ = fake_entry_point(fail=True)
    assert code == 3


def test_the_entry_point_exists_in_tfx():
    assert importlib.util.find_spec(step.EXECUTOR) is not None
