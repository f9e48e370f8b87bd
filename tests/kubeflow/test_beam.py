"""The options of Beam's runners on a cluster: known to Beam, valid for the runner, with the setup file."""

import pathlib

import pytest
import yaml
from apache_beam.options.pipeline_options import PipelineOptions, SetupOptions, StandardOptions
from apache_beam.options.pipeline_options_validator import PipelineOptionsValidator
from apache_beam.runners.runner import create_runner
from tfx.dsl.components.base import base_beam_executor
from tfx.utils import dependency_utils, import_utils

from kubeflow import step
from kubeflow.beam import SETUP_FILE, BeamConfig, beam_args
from kubeflow.compile import pipeline_documents
from kubeflow.config import load_config
from transforms.errors import ConfigError

BUCKETS = ("kubeflow.pipeline_root=gs://shop/lookbook", "kubeflow.beam.temp_location=gs://shop/tmp")
GIVEN = {
    "dataflow": ("kubeflow.beam.project=my-shop", "kubeflow.beam.region=europe-west1"),
    "flink": ("kubeflow.beam.master=flink-jobmanager:8081",),
    "spark": ("kubeflow.beam.job_endpoint=beam-spark-job-server:8099",),
}
CLASSES = {"dataflow": "DataflowRunner", "flink": "FlinkRunner", "spark": "PortableRunner"}


def config_of(runner, *more):
    return load_config(f"kubeflow-{runner}", [*BUCKETS, *GIVEN[runner], *more])


@pytest.fixture(params=sorted(GIVEN))
def runner(request):
    return request.param


def test_the_options_are_valid_for_the_runner_and_known_to_beam(runner):
    flags = beam_args(config_of(runner).kubeflow.beam)
    options = PipelineOptions([*flags, "--dry_run=True"])  # otherwise the validator looks up the bucket at Google
    assert options.view_as(StandardOptions).runner == CLASSES[runner]
    assert type(create_runner(CLASSES[runner])).__name__ == CLASSES[runner]
    assert PipelineOptionsValidator(options, create_runner(CLASSES[runner])).validate() == []
    parsed = options.get_all_options(drop_default=True)
    assert {flag.partition("=")[0].removeprefix("--") for flag in flags} == set(parsed) - {"dry_run"}


def test_the_options_name_the_setup_file_so_that_tfx_adds_no_other(runner):
    flags = list(beam_args(config_of(runner).kubeflow.beam))
    assert PipelineOptions(flags).view_as(SetupOptions).setup_file == SETUP_FILE == "/app/setup.py"
    assert dependency_utils.make_beam_dependency_flags(flags) == flags


def test_beam_parses_the_options_to_the_configured_values():
    dataflow = config_of(
        "dataflow", "kubeflow.beam.worker_image=registry/worker:1", "kubeflow.beam.args=['--no_use_public_ips']"
    )
    options = PipelineOptions(list(beam_args(dataflow.kubeflow.beam))).get_all_options(drop_default=True)
    assert options["project"] == "my-shop"
    assert options["temp_location"] == "gs://shop/tmp"
    assert options["max_num_workers"] == 16
    assert options["sdk_container_image"] == "registry/worker:1"
    assert options["use_public_ips"] is False
    flink = PipelineOptions(list(beam_args(config_of("flink").kubeflow.beam))).get_all_options(drop_default=True)
    assert (flink["flink_master"], flink["parallelism"], flink["flink_submit_uber_jar"]) == (
        "flink-jobmanager:8081",
        16,
        True,
    )
    assert (flink["environment_type"], flink["environment_config"]) == ("EXTERNAL", "localhost:50000")
    spark = PipelineOptions(list(beam_args(config_of("spark").kubeflow.beam))).get_all_options(drop_default=True)
    assert spark["job_endpoint"] == "beam-spark-job-server:8099"


def test_beams_validator_reports_a_missing_project():
    """Shows that the validation above can fail."""
    flags = [flag for flag in beam_args(config_of("dataflow").kubeflow.beam) if "project" not in flag]
    options = PipelineOptions([*flags, "--dry_run=True"])
    errors = PipelineOptionsValidator(options, create_runner("DataflowRunner")).validate()
    assert errors == ["Missing required option: project."]


def test_every_step_gets_the_options_and_those_that_use_beam_run_remotely(runner):
    config = config_of(runner)
    spec, _ = pipeline_documents(config)
    wanted = list(beam_args(config.kubeflow.beam))
    elsewhere = set()
    for label, executor in spec["deploymentSpec"]["executors"].items():
        arguments = executor["container"]["args"]
        assert arguments[-len(wanted) :] == wanted
        if step.runs_on_remote_beam(arguments):
            elsewhere.add(label.removeprefix("exec-"))
    tables = ("articles", "customers", "transactions")
    assert elsewhere == {"evaluator", "transform", *(f"statistics-{table}" for table in tables)}


def test_the_listed_executors_are_those_derived_from_tfxs_beam_executor():
    """ExampleValidator is not among them, because it reads in memory."""
    golden = pathlib.Path(__file__).parents[1] / "golden" / "kubeflow-cpu.yaml"
    spec = next(yaml.safe_load_all(golden.read_text()))
    on_beam = set()
    for executor in spec["deploymentSpec"]["executors"].values():
        arguments = executor["container"]["args"]
        path = arguments[arguments.index(step.EXECUTOR_CLASS) + 1]
        cls = import_utils.import_class_by_path(path)
        if issubclass(cls, base_beam_executor.BaseBeamExecutor):
            on_beam.add(path)
    assert on_beam == set(step.ON_BEAM)


def test_beam_in_the_container_of_a_step_is_local():
    arguments = [step.EXECUTOR_CLASS, step.ON_BEAM[0], *beam_args(BeamConfig())]
    assert not step.runs_on_remote_beam(arguments)
    assert not step.runs_on_remote_beam(
        [step.EXECUTOR_CLASS, "components.ingest.component.Ingest_Executor", "--runner=X"]
    )


@pytest.mark.parametrize(
    ("assignments", "message"),
    [
        (
            ["kubeflow.beam.runner=nimbus"],
            r"beam\.runner must be one of local, dataflow, flink, spark\. "
            r"Received: 'nimbus'\.",
        ),
        (
            ["kubeflow.beam.runner=dataflow", "kubeflow.beam.region=a"],
            r"beam\.project and temp_location must be given for dataflow: --set kubeflow.beam.project=\.\.\.",
        ),
        (["kubeflow.beam.runner=flink", BUCKETS[1]], "beam.master must be given for flink"),
        (["kubeflow.beam.runner=spark", BUCKETS[1]], "beam.job_endpoint must be given for spark"),
        (["kubeflow.beam.temp_location=s3://shop"], "temp_location must begin with gs://"),
        (["kubeflow.beam.max_workers=0"], "beam.max_workers must be a whole number of at least 1. Received: 0"),
        (["kubeflow.beam.args=['project']"], "must each begin with --"),
        (
            ["kubeflow.beam.runner=flink", "kubeflow.beam.master=a:1", BUCKETS[1], "kubeflow.pipeline_root=s3://b/r"],
            "pipeline_root must begin with gs:// if beam.runner is flink",
        ),
    ],
)
def test_missing_and_invalid_settings_of_a_runner_are_refused(assignments, message):
    with pytest.raises(ConfigError, match=message):
        load_config(None, assignments)
