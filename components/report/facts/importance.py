"""Facts of the section Importance: the permutation importance of the step Insights."""

from __future__ import annotations

from typing import Any

from components.insights.files import IMPORTANCE
from components.report.artifacts import RunArtifacts
from components.report.facts.insights import read_insight
from components.report.facts.verdict import METRIC_TITLES
from pages.interval import Interval
from pages.report.sections.importance import Drop, ImportanceFacts
from pages.section import Absent


def read(artifacts: RunArtifacts) -> ImportanceFacts | Absent:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    tree = read_insight(artifacts, IMPORTANCE, "importance of the features")
    if isinstance(tree, Absent):
        return tree
    if not tree["lists"]:
        return Absent("There is no importance of the features: no customer of the test week has a past.")
    return ImportanceFacts(
        lists=tree["lists"],
        with_a_positive=tree["with_a_positive"],
        repeats=tree["repeats"],
        all_features=tree["all_features"],
        intact={METRIC_TITLES[metric]: value for metric, value in tree["metrics"].items()},
        families=tuple(_drop(entry) for entry in tree["families"]),
        features=tuple(_drop(entry) for entry in tree["features"]),
    )


def _drop(entry: dict[str, Any]) -> Drop:
    drops = {
        METRIC_TITLES[name]: Interval(spread["mean"], spread["low"], spread["high"])
        for name, spread in entry.items()
        if name in METRIC_TITLES
    }
    return Drop(name=entry["name"], drops=drops)
