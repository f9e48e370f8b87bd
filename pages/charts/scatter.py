"""A map of points with names, and photos that appear beside it when a pointer is on their point, by CSS alone."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from collections.abc import Sequence

_WIDTH, _HEIGHT, _MARGIN = 640, 520, 14
_PHOTO = (120, 160)
_RADIUS, _PHOTO_RADIUS, _HIT = 2.6, 4.6, 9


@dataclasses.dataclass(frozen=True)
class MapPoint:
    """A point.

    Attributes:
        x: abscissa, in any unit.
        y: ordinate.
        name: shown by the browser when a pointer is on it.
        colour: value of CSS.
        photo: key of a photo in the page; None for none.
    """

    x: float
    y: float
    name: str
    colour: str
    photo: str | None = None


def map_of_points(points: Sequence[MapPoint], *, title: str, description: str) -> str:
    """Draws points as an SVG element. Those with a photo are larger and on top; their photo appears at the right.

    Args:
        points: points, at least one.
        title: name of the picture.
        description: its content in a sentence.
    """
    width = _WIDTH + (_PHOTO[0] + _MARGIN if any(point.photo for point in points) else 0)
    root = ET.Element("svg", {"viewBox": f"0 0 {width} {_HEIGHT}", "role": "img", "aria-label": title, "class": "map"})
    ET.SubElement(root, "desc").text = description
    if width > _WIDTH:
        frame = {"x": str(_WIDTH), "y": str(_MARGIN), "width": str(_PHOTO[0]), "height": str(_PHOTO[1])}
        ET.SubElement(root, "rect", {**frame, "class": "frame"})
        middle = {"x": str(_WIDTH + _PHOTO[0] // 2), "y": str(_MARGIN + _PHOTO[1] // 2)}
        ET.SubElement(root, "text", {**middle, "class": "hint"}).text = "point at a large dot"
    across = _scale([point.x for point in points], _MARGIN, _WIDTH - _MARGIN)
    down = _scale([-point.y for point in points], _MARGIN, _HEIGHT - _MARGIN)
    for has_photo in (False, True):
        layer = ET.SubElement(root, "g")
        for point, x, y in zip(points, across, down, strict=True):
            if (point.photo is not None) == has_photo:
                _draw(layer, point, f"{x:.1f}", f"{y:.1f}")
    return ET.tostring(root, encoding="unicode")


def _draw(layer: ET.Element, point: MapPoint, x: str, y: str) -> None:
    at = {"cx": x, "cy": y}
    if point.photo is None:
        circle = ET.SubElement(layer, "circle", {**at, "r": str(_RADIUS), "fill": point.colour})
        ET.SubElement(circle, "title").text = point.name
        return
    group = ET.SubElement(layer, "g", {"class": "seen"})
    ET.SubElement(group, "title").text = point.name
    ET.SubElement(group, "circle", {**at, "r": str(_HIT), "class": "hit"})
    ET.SubElement(group, "circle", {**at, "r": str(_PHOTO_RADIUS), "fill": point.colour})
    place = {"x": str(_WIDTH), "y": str(_MARGIN), "width": str(_PHOTO[0]), "height": str(_PHOTO[1])}
    ET.SubElement(group, "use", {"href": f"#{point.photo}", **place})


def _scale(values: Sequence[float], low: float, high: float) -> list[float]:
    """Maps values linearly to [low, high]; equal values to the middle.

    >>> _scale([1, 2, 3], 0, 100), _scale([7, 7], 0, 100)
    ([0.0, 50.0, 100.0], [50.0, 50.0])
    """
    least, most = min(values), max(values)
    if least == most:
        return [(low + high) / 2 for _ in values]
    return [low + (value - least) / (most - least) * (high - low) for value in values]
