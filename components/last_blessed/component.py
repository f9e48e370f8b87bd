"""TFX component: see README.md."""

import logging
import pathlib

from tfx.dsl.component.experimental.annotations import OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component

from components.artifacts import Weights
from components.last_blessed.executor import emit_weights
from components.served_folder import find_last_blessed
from components.step_settings import StepSettings


class LastBlessedSettings(StepSettings):
    """Settings of the step: only its code version."""


@component
def LastBlessed(  # noqa: N802 (TFX names components like classes)
    serving_dir: Parameter[str],
    run_key: Parameter[str],
    last_blessed_key: Parameter[str],
    settings: Parameter[str],
    weights: OutputArtifact[Weights],
) -> None:
    """Emits the last blessed weights. `last_blessed_key` makes TFX's cache depend on the weights."""
    del last_blessed_key, settings  # only part of TFX's cache key
    version = find_last_blessed(pathlib.Path(serving_dir), run_key)
    record = emit_weights(version, pathlib.Path(weights.uri))
    logging.info("last blessed: %s", "none yet" if record.first_run else version)
