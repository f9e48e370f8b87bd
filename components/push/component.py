"""TFX's Pusher with an executor that compares digests, adds figures and pushes by rename; see README.md."""

from tfx import types
from tfx.components.pusher.component import Pusher
from tfx.dsl.components.base import base_component, executor_spec
from tfx.proto import pusher_pb2
from tfx.types import component_spec, standard_artifacts, standard_component_specs
from tfx.utils import json_utils

from components.push.executor import DRIFT_STATISTICS, EVALUATION, JUDGED, Executor


class PushSpec(standard_component_specs.PusherSpec):
    """Pusher's spec, with more inputs: judged model, its evaluation, and the statistics to keep."""

    INPUTS = {
        **standard_component_specs.PusherSpec.INPUTS,
        JUDGED: component_spec.ChannelParameter(type=standard_artifacts.Model),
        EVALUATION: component_spec.ChannelParameter(type=standard_artifacts.ModelEvaluation),
        DRIFT_STATISTICS: component_spec.ChannelParameter(type=standard_artifacts.ExampleStatistics),
    }


class Push(Pusher):
    """Pushes a blessed model as the newest version.

    Args:
        model: model to push.
        judged: judged model, which must have the same weights.
        model_blessing: blessing of `judged`.
        infra_blessing: blessing of `model`.
        evaluation: figures of the judged model.
        drift_statistics: statistics that the next run is compared with.
        serving_dir: folder of the versions.
        run_key: names this run.
        keep_versions: number of versions to keep.
        code_version: hash of the sources, for TFX's cache.
        allow_older: `true` to accept a model whose data end before those of the served version.
    """

    SPEC_CLASS = PushSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        model: types.BaseChannel,
        judged: types.BaseChannel,
        model_blessing: types.BaseChannel,
        infra_blessing: types.BaseChannel,
        evaluation: types.BaseChannel,
        drift_statistics: types.BaseChannel,
        *,
        serving_dir: str,
        run_key: str,
        keep_versions: int,
        allow_older: str,
        code_version: str,
    ):
        destination = pusher_pb2.PushDestination(
            filesystem=pusher_pb2.PushDestination.Filesystem(base_directory=serving_dir)
        )
        spec = PushSpec(
            model=model,
            judged=judged,
            model_blessing=model_blessing,
            infra_blessing=infra_blessing,
            evaluation=evaluation,
            drift_statistics=drift_statistics,
            push_destination=destination,
            custom_config=json_utils.dumps(
                {
                    "run_key": run_key,
                    "keep_versions": keep_versions,
                    "allow_older": allow_older,
                    "code_version": code_version,
                }
            ),
            pushed_model=types.Channel(type=standard_artifacts.PushedModel),
        )
        # Skips Pusher's constructor, which builds Pusher's spec.
        base_component.BaseComponent.__init__(self, spec=spec)
