"""Settings of Beam on this machine become Beam's arguments and change no result."""

import pytest
from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions, StandardOptions

from pipeline.beam_config import BeamConfig, beam_args
from pipeline.config import PipelineConfig, load_config
from pipeline.shared_steps import settings_of_run
from transforms.errors import ConfigError


def options(*assignments):
    return PipelineOptions(list(beam_args(load_config(None, assignments).beam)))


def test_beam_runs_in_the_process_of_the_run_by_default():
    direct = options().view_as(DirectOptions)
    assert (direct.direct_running_mode, direct.direct_num_workers) == ("in_memory", 1)


def test_workers_are_processes():
    direct = options("beam.workers=2").view_as(DirectOptions)
    assert (direct.direct_running_mode, direct.direct_num_workers) == ("multi_processing", 2)


def test_a_runner_in_the_arguments_replaces_the_default():
    given = ["--runner=PortableRunner", "--job_endpoint=localhost:8099"]
    assert beam_args(BeamConfig(args=given)) == tuple(given)
    assert options(f"beam.args={given}").view_as(StandardOptions).runner == "PortableRunner"


def test_other_arguments_are_added():
    assert beam_args(BeamConfig(workers=3, args=["--x=1"]))[1:] == (
        "--direct_running_mode=multi_processing",
        "--direct_num_workers=3",
        "--x=1",
    )


@pytest.mark.parametrize(
    ("assignments", "refusal"),
    [
        (['beam.args=["runner=X"]'], r"beam\.args must each begin with --.* Received: runner=X"),
        (['beam.args=["--runner=X"]', "beam.workers=2"], r"beam\.workers must be 1 if args name a runner"),
        (["beam.workers=0"], r"beam\.workers"),
    ],
)
def test_arguments_that_beam_would_misread_are_refused(assignments, refusal):
    with pytest.raises(ConfigError, match=refusal):
        load_config(None, assignments)


def test_results_and_reports_do_not_depend_on_them():
    config = load_config(None, ["beam.workers=2", "label_days=3"])
    assert config.of_results() == load_config(None, ["label_days=3"])
    assert settings_of_run(config) == settings_of_run(PipelineConfig(label_days=3))
