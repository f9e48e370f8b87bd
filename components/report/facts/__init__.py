"""Reads the artifacts of a run as typed facts, for the report and whoever else shows them.

A section of the report has a module here with a function `read(artifacts)` that returns its facts, or
`pages.section.Absent` with the reason why there are none, or None for an optional section. Its line is in `READERS`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from components.report.artifacts import RunArtifacts
from components.report.facts import (
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
from pages.report.document import ReportFacts
from pages.section import Absent

READERS: dict[str, Callable[[RunArtifacts], Any]] = {
    "verdict": verdict.read,
    "data": data.read,
    "drift": drift.read,
    "funnel": funnel.read,
    "figures": figures.read,
    "feedback": feedback.read,
    "reach": reach.read,
    "training": training.read,
    "importance": importance.read,
    "cases": cases.read,  # before neighbours and map, because photos of cases come first if there is no room for all
    "neighbours": neighbours.read,
    "map": article_map.read,
    "steps": steps.read,
    "card": card.read,
}


def read_facts(artifacts: RunArtifacts) -> ReportFacts:
    """Reads the facts of all sections. A section whose artifacts cannot be read is absent, with the reason.

    Args:
        artifacts: artifacts of the run.
    """
    sections = {name: _read(name, reader, artifacts) for name, reader in READERS.items()}
    return ReportFacts(sections, artifacts.album.files)


def _read(name: str, reader: Callable[[RunArtifacts], Any], artifacts: RunArtifacts) -> Any:
    try:
        return reader(artifacts)
    except Exception as error:  # one damaged artifact must not cost the other sections
        logging.getLogger(__name__).warning("the facts of section %s cannot be read", name, exc_info=True)
        return Absent(f"The artifacts of this section cannot be read: {type(error).__name__}: {error}")
