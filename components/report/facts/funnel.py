"""Facts of the section Funnel: figures of Candidates, towers and Evaluator, and the recall of the index."""

from __future__ import annotations

import datetime
import json
import pathlib
import re
from typing import Any

from components.candidates.executor import FIGURES_FILE
from components.evaluation.figure_names import interval_of
from components.model_files import INDEX_RECALL
from components.report.artifacts import RunArtifacts
from components.report.facts.verdict import describe_model, interval
from models.rankings import NEW_TO_CUSTOMER, RECOMMENDED
from pages.report.sections.funnel import CandidatesFacts, ChannelFacts, FunnelFacts
from pages.section import Absent

_RECALL = "recall_at_12"
_RECALL_AT = re.compile(r"val_recall_at_(\d+)")


def read(artifacts: RunArtifacts) -> FunnelFacts | Absent:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    candidates = _read_json(artifacts.folder("Candidates", "figures"))
    evaluation = artifacts.evaluation
    if candidates is None and evaluation is None:
        return Absent("There is no funnel: the run ended before its candidates were built and judged.")
    figures = evaluation.overall if evaluation else {}
    description = describe_model(artifacts)
    return FunnelFacts(
        candidates=_candidates(candidates) if candidates else None,
        customers=int(figures["customers"]) if figures else None,
        ranked=interval(figures, interval_of(_RECALL, RECOMMENDED)) if figures else None,
        new=interval(figures, interval_of(_RECALL, NEW_TO_CUSTOMER)) if figures else None,
        towers=_towers(_read_json(artifacts.folder("retrieval", "model_run")) or {}),
        index=description.get("index", ""),
        index_recall=description.get(INDEX_RECALL),
    )


def _read_json(folder: pathlib.Path | None) -> dict[str, Any] | None:
    """Reads `figures.json`; None if there is none, as after a step of an earlier release."""
    path = None if folder is None else folder / FIGURES_FILE
    return json.loads(path.read_text(encoding="utf-8")) if path is not None and path.is_file() else None


def _candidates(figures: dict[str, Any]) -> CandidatesFacts:
    """The figures of the test week, the last of all weeks."""
    week = max(figures)
    of_week = figures[week]
    return CandidatesFacts(
        week=datetime.date.fromisoformat(week),
        customers=of_week["customers"],
        candidates=of_week["candidates"],
        recall=of_week["recall"],
        channels=tuple(ChannelFacts(name=name, **shares) for name, shares in of_week["channels"].items()),
    )


def _towers(figures: dict[str, dict[str, float]]) -> tuple[tuple[str, tuple[tuple[int, float], ...]], ...]:
    found = []
    for snapshot, recalls in sorted(figures.items()):
        points = [(int(at[1]), recall) for name, recall in recalls.items() if (at := _RECALL_AT.fullmatch(name))]
        found.append((snapshot, tuple(sorted(points))))
    return tuple(found)
