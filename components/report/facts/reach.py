"""Facts of the section Beyond accuracy: the figures of the step Insights."""

from __future__ import annotations

from components.insights.files import BOUGHT, REACH
from components.report.artifacts import RunArtifacts
from components.report.facts.figures import TITLES
from components.report.facts.insights import read_insight
from models.rankings import RECOMMENDED
from pages.report.sections.reach import ReachFacts, ReachRanking
from pages.section import Absent


def read(artifacts: RunArtifacts) -> ReachFacts | Absent:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    tree = read_insight(artifacts, REACH, "figure beyond accuracy")
    if isinstance(tree, Absent):
        return tree
    titles = {**TITLES, BOUGHT: "bought in the test week"}
    rankings = [
        ReachRanking(
            title=titles[name],
            is_model=name == RECOMMENDED,
            **{**{"diversity": None, "product_types": None}, **figures, "by_decile": tuple(figures["by_decile"])},
        )
        for name, figures in tree.pop("rankings").items()
    ]
    return ReachFacts(rankings=tuple(rankings), **tree)
