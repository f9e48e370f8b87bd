"""Facts of the section Neighbours: the articles that the step Insights found alike, with photos."""

from __future__ import annotations

from components.insights.files import NEIGHBOURS
from components.report.artifacts import RunArtifacts
from components.report.facts.insights import article_of, read_insight
from pages.report.sections.neighbours import Neighbours, NeighboursFacts
from pages.section import Absent


def read(artifacts: RunArtifacts) -> NeighboursFacts | Absent:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    tree = read_insight(artifacts, NEIGHBOURS, "list of articles that are alike")
    if isinstance(tree, Absent):
        return tree
    return NeighboursFacts(
        articles=tuple(
            Neighbours(
                article=article_of(artifacts, entry),
                nearest={
                    kind: tuple(article_of(artifacts, near) for near in found)
                    for kind, found in entry["nearest"].items()
                },
            )
            for entry in tree["articles"]
        )
    )
