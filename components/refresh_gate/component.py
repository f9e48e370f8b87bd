"""TFX component: see README.md."""

import dataclasses
import datetime
import json
import logging
import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.evaluation.config import EvaluationConfig
from components.evaluation.report import read_evaluation
from components.model_files import BLESSED, as_of, blessed_customers, description_of, trained_until
from components.refresh_gate.executor import Blessed, judge_refresh
from transforms.errors import LookbookError


@component
def RefreshGate(  # noqa: N802 (TFX names components like classes)
    evaluation: InputArtifact[standard_artifacts.ModelEvaluation],
    model: InputArtifact[standard_artifacts.Model],
    config_json: Parameter[str],
    label_days: Parameter[int],
    code_version: Parameter[str],
    blessing: OutputArtifact[standard_artifacts.ModelBlessing],
) -> None:
    """Blesses a refresh if its MAP@12 has not fallen below what the weights were blessed with."""
    del code_version
    figures = description_of(pathlib.Path(path_utils.serving_model_dir(model.uri)))
    if BLESSED not in figures:
        raise LookbookError(
            f"a refresh must know {BLESSED}, the MAP@12 of the last blessed weights. Their version does "
            "not record it in assets.extra/lookbook.json: train again with `lookbook run`"
        )
    blessed = Blessed(
        map_at_12=figures[BLESSED], customers=blessed_customers(figures), trained_until=trained_until(figures)
    )
    first = as_of(figures)
    judged = None if first is None else (first, first + datetime.timedelta(days=label_days - 1))
    config = EvaluationConfig.from_json(config_json, "evaluation")
    verdict = judge_refresh(read_evaluation(pathlib.Path(evaluation.uri)), blessed, config.margin, judged=judged)
    folder = pathlib.Path(blessing.uri)
    folder.mkdir(parents=True, exist_ok=True)
    # The file names and the property are those of TFX's Evaluator, which Pusher looks for.
    (folder / ("BLESSED" if verdict.passed else "NOT_BLESSED")).touch()
    blessing.set_int_custom_property("blessed", int(verdict.passed))
    (folder / "verdict.json").write_text(json.dumps(dataclasses.asdict(verdict), indent=1))
    logging.info("model gate: %s", verdict.line)
