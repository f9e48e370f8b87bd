"""Facts of the section Figures: the Evaluator's figures, and those of the versions in the served folder."""

from __future__ import annotations

import datetime
import pathlib
from collections.abc import Mapping
from typing import Any

from components.evaluation.eval_config import SLICES
from components.evaluation.figure_names import GATE_SIMPLE, bounds_of, interval_of
from components.evaluation.report import OVERALL, Evaluation
from components.model_files import FIGURES, JUDGED_AS_OF, description_of
from components.report.artifacts import RunArtifacts
from components.report.facts.verdict import differences_of, interval, metrics_of, pushed_version, was_compared
from components.served_folder import version_folders
from models.metrics import METRICS
from models.rankings import LAST_BLESSED, NEW_TO_CUSTOMER, OWN_PURCHASES, POPULAR, RECOMMENDED
from pages.report.sections.figures import FiguresFacts, RankingFacts, SliceFacts, VersionFacts
from pages.section import Absent

TITLES = {
    RECOMMENDED: "this model",
    NEW_TO_CUSTOMER: "this model, new to the customer",
    LAST_BLESSED: "last blessed model",
    OWN_PURCHASES: "own purchases",
    POPULAR: "popular",
}
_MAP = METRICS[0]


def read(artifacts: RunArtifacts) -> FiguresFacts | Absent:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    evaluation = artifacts.evaluation
    if evaluation is None:
        return Absent("There are no figures: the run ended before the Evaluator, which judges the model.")
    overall, compared = evaluation.overall, was_compared(artifacts)
    rankings = [ranking for ranking in TITLES if compared or ranking != LAST_BLESSED]
    return FiguresFacts(
        customers=int(overall["customers"]),
        rankings=tuple(
            RankingFacts(title=TITLES[name], is_model=name == RECOMMENDED, metrics=metrics_of(overall, name))
            for name in rankings
        ),
        differences=differences_of(overall, compared=compared),
        slices=_slices(evaluation),
        versions=_versions(artifacts),
    )


def _slices(evaluation: Evaluation) -> tuple[SliceFacts, ...]:
    """The slices, sorted by feature in the order of `SLICES`, then by value."""
    found = []
    for name, figures in evaluation.slices.items():
        if name == OVERALL:
            continue
        feature, _, value = name.partition("=")
        found.append(
            SliceFacts(
                feature=feature.replace("_", " "),
                value=value,
                customers=int(figures["customers"]),
                map_at_12=interval(figures, interval_of(_MAP, RECOMMENDED)),
                difference=interval(figures, bounds_of(GATE_SIMPLE)),
            )
        )
    order = [feature.replace("_", " ") for feature in SLICES]
    return tuple(sorted(found, key=lambda s: (order.index(s.feature) if s.feature in order else -1, s.value)))


def _versions(artifacts: RunArtifacts) -> tuple[VersionFacts, ...]:
    own = pushed_version(artifacts)
    described = [(folder, description_of(folder)) for folder in version_folders(artifacts.serving_dir)]
    return tuple(
        _version(folder, description, is_this=own is not None and folder.name == own.name)
        for folder, description in described
        if _MAP in description.get(FIGURES, {})
    )


def _version(folder: pathlib.Path, description: Mapping[str, Any], *, is_this: bool) -> VersionFacts:
    figures = description[FIGURES]
    names = bounds_of(GATE_SIMPLE)
    judged = description.get(JUDGED_AS_OF)
    return VersionFacts(
        number=folder.name,
        judged=None if judged is None else datetime.date.fromisoformat(judged),
        map_at_12=interval(figures, interval_of(_MAP, RECOMMENDED)),
        difference=interval(figures, names) if names[0] in figures else None,
        is_this=is_this,
    )
