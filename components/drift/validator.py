"""TFX's DistributionValidator, with an executor that leaves out what cannot be compared; see README.md."""

from typing import TypeAlias

from tfx.components.distribution_validator import component as tfx_component
from tfx.components.distribution_validator import executor as tfx_executor
from tfx.dsl.components.base import executor_spec
from tfx.proto import distribution_validator_pb2
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import proto_utils

from components.drift.statistics import Statistics, has_values, read_statistics

Config: TypeAlias = distribution_validator_pb2.DistributionValidatorConfig
_BASELINE = standard_component_specs.BASELINE_STATISTICS_KEY
_CONFIG = standard_component_specs.DISTRIBUTION_VALIDATOR_CONFIG_KEY


class Executor(tfx_executor.Executor):
    """Compares the columns that have values in both runs; without a baseline, none."""

    def Do(self, input_dict, output_dict, exec_properties):  # noqa: N802 (TFX's name)
        """Compares the statistics.

        Args:
            input_dict: `statistics` and `baseline_statistics`.
            output_dict: `anomalies`.
            exec_properties: the thresholds, as of TFX's component.

        Returns:
            As TFX's executor.
        """
        now, baseline = (
            read_statistics(artifact_utils.get_single_uri(input_dict[name]))
            for name in (standard_component_specs.STATISTICS_KEY, _BASELINE)
        )
        if baseline is None:
            # TFX's executor accepts an absent baseline only as an empty list of artifacts.
            return super().Do({**input_dict, _BASELINE: []}, output_dict, exec_properties)
        config = _comparable(_parsed(exec_properties[_CONFIG]), now, baseline)
        return super().Do(input_dict, output_dict, {**exec_properties, _CONFIG: config})


class DriftValidator(tfx_component.DistributionValidator):
    """Compares statistics with those of the last pushed run."""

    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)


def _comparable(config: Config, now: Statistics, baseline: Statistics) -> Config:
    """The configuration without columns that are empty or missing in one of the runs.

    TFX's executor reports an error for each of these, and TFDV prints a warning of its own.
    """
    both = has_values(now) & has_values(baseline)
    kept = Config()
    for feature in config.default_slice_config.feature:
        if feature.path.step[0] in both:
            kept.default_slice_config.feature.add().CopyFrom(feature)
    return kept


def _parsed(config: Config | str) -> Config:
    """On Kubeflow, parameters are strings, which TFX's executor does not parse."""
    return proto_utils.json_to_proto(config, Config()) if isinstance(config, str) else config
