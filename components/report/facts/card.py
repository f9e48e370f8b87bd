"""Facts of the section Model card: what other sections read, and the columns of customers that the model reads."""

from __future__ import annotations

from components.evaluation.eval_config import SLICES
from components.model_files import refitted_until
from components.report.artifacts import RunArtifacts
from components.report.facts import figures as figures_module
from components.report.facts import verdict as verdict_module
from pages.report.sections.card import CardFacts
from pages.report.sections.figures import FiguresFacts
from pages.section import Absent
from transforms.columns import AGE, CUSTOMER_ID, CUSTOMERS
from transforms.features import CUSTOMER_CATEGORIES


def read(artifacts: RunArtifacts) -> CardFacts | Absent:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    verdict, figures = verdict_module.read(artifacts), figures_module.read(artifacts)
    description = verdict_module.describe_model(artifacts)
    if verdict.data is None or not description:
        return Absent("There is no model card: the run ended before a model was assembled.")
    known = (CUSTOMER_ID, AGE, *CUSTOMER_CATEGORIES)
    return CardFacts(
        version=verdict.version,
        outcome=verdict.outcome,
        package=artifacts.record.package,
        data=verdict.data,
        test_week=verdict.test_week,
        trained_until=verdict.trained_until,
        refitted_until=refitted_until(description),
        metrics=verdict.metrics,
        differences=verdict.differences,
        judged=figures.customers if isinstance(figures, FiguresFacts) else None,
        slices=figures.slices if isinstance(figures, FiguresFacts) else (),
        sliced_by=tuple(name.replace("_", " ") for name in SLICES),
        read_columns=tuple(name for name in known if name != CUSTOMER_ID),
        unread_columns=tuple(column.name for column in CUSTOMERS if column.name not in known),
    )
