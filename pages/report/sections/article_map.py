"""Section Map: the articles by their vectors, in two dimensions, in the colours of their product groups."""

from __future__ import annotations

import collections
import dataclasses

from pages import formats
from pages.blocks import Block, Note, Notes, Picture
from pages.charts.scatter import MapPoint, map_of_points
from pages.report.article import ArticleFacts
from pages.section import Section

_COLOURS = tuple(f"var(--group-{number})" for number in range(1, 9))
_OTHERS, _OTHER_COLOUR = "other groups", "var(--line-strong)"
_TITLE = "Articles by their vectors"
_MAX_POINTS = 2_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Point:
    """An article on the map.

    Attributes:
        article: the article.
        group: product group; may be empty.
        x: first principal component.
        y: second principal component.
    """

    article: ArticleFacts
    group: str
    x: float
    y: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class MapFacts:
    """Facts of the section.

    Attributes:
        articles: number of articles that were sampled from.
        variance: share of the variance of each of both components.
        points: sampled articles.
    """

    articles: int
    variance: tuple[float, ...]
    points: tuple[Point, ...]


def section(facts: MapFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    lead = (
        "Articles that the candidate tower places close together are bought by the same customers. Groups that overlap "
        "in these two dimensions may be apart in the others."
    )
    if not facts.points:
        return Section("map", "Map of the articles", lead, (Notes((Note("There are no articles to show."),)),))
    shown = facts.points[:_MAX_POINTS]
    counts = collections.Counter(point.group for point in shown if point.group)
    colours = dict(zip((group for group, _ in counts.most_common(len(_COLOURS))), _COLOURS, strict=False))
    has_photos = any(point.article.photo for point in shown)
    sampled = len(shown) < facts.articles
    of_all = f" of {formats.count(facts.articles)}, drawn by the seed" if sampled else ""
    description = (
        f"{formats.count(len(shown))} articles{of_all}, at the two first principal components of their unit "
        f"vectors, which hold {formats.share(sum(facts.variance))} of the variance. A point shows its name under the "
        f"pointer{', a large one its photo at the right' if has_photos else ''}."
    )
    points = [_point(point, colours.get(point.group, _OTHER_COLOUR)) for point in shown]
    key = [(formats.text(group), colour) for group, colour in colours.items()]
    if any(point.group not in colours for point in shown):
        key.append((_OTHERS, _OTHER_COLOUR))
    picture: Block = Picture(
        title=_TITLE,
        description=description,
        svg=map_of_points(points, title=_TITLE, description=description),
        key=tuple(key),
    )
    return Section("map", "Map of the articles", lead, (picture,))


def _point(point: Point, colour: str) -> MapPoint:
    article = point.article
    parts = [article.title, article.look, formats.text(point.group), article.article_id]
    name = " · ".join(dict.fromkeys(filter(None, parts)))
    return MapPoint(point.x, point.y, formats.text(name), colour, article.photo)
