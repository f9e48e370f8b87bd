"""Facts of the section Map: the places of articles of the step Insights, the first of them with photos."""

from __future__ import annotations

from components.insights.files import MAP
from components.report.artifacts import RunArtifacts
from components.report.facts.insights import article_of, read_insight
from pages.report.sections.article_map import MapFacts, Point
from pages.section import Absent

MAX_PHOTOS = 150


def read(artifacts: RunArtifacts) -> MapFacts | Absent:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    tree = read_insight(artifacts, MAP, "map of the articles")
    if isinstance(tree, Absent):
        return tree
    points: list[Point] = []
    photos = 0
    for entry in tree["points"]:
        article = article_of(artifacts, entry, with_photo=photos < MAX_PHOTOS)
        photos += article.photo is not None
        points.append(Point(article=article, group=entry["group"], x=entry["x"], y=entry["y"]))
    return MapFacts(articles=tree["articles"], variance=tuple(tree["variance"]), points=tuple(points))
