"""The sections of the report in their order. A new section is a module here and a line in `SECTIONS`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from pages.report.sections import (
    article_map,
    card,
    cases,
    data,
    drift,
    feedback,
    figures,
    funnel,
    importance,
    neighbours,
    reach,
    steps,
    training,
    verdict,
)
from pages.section import Section


@dataclasses.dataclass(frozen=True)
class ReportSection:
    """A section of the report.

    Attributes:
        name: name of its facts, and its anchor.
        title: heading.
        build: returns the section of its facts; not called if they are absent.
        optional: whether the section is left out if there are no facts.
    """

    name: str
    title: str
    build: Callable[[Any], Section]
    optional: bool = False


SECTIONS = (
    ReportSection("verdict", "Verdict", verdict.section),
    ReportSection("data", "Data", data.section),
    ReportSection("drift", "Drift", drift.section),
    ReportSection("funnel", "Funnel of a purchase", funnel.section),
    ReportSection("figures", "Figures", figures.section),
    ReportSection("feedback", "Feedback", feedback.section, optional=True),
    ReportSection("reach", "Beyond accuracy", reach.section),
    ReportSection("training", "Training", training.section),
    ReportSection("importance", "Importance of the features", importance.section),
    ReportSection("map", "Map of the articles", article_map.section),
    ReportSection("neighbours", "Articles that are alike", neighbours.section),
    ReportSection("cases", "Customers", cases.section),
    ReportSection("steps", "Steps and lineage", steps.section),
    ReportSection("card", "Model card", card.section),
)
