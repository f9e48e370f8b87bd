"""Outlines of garments: straight lines and Bezier curves in a frame of 240 x 320, flattened to points.

The x axis has its origin in the middle of the frame, so that a symmetrical garment is a half outline and its mirror
image; y grows downwards from the upper edge.
"""

import itertools
import re

Point = tuple[float, float]
Outline = tuple[Point, ...]

_TOKEN = re.compile(r"[MLCQ]|-?\d+(?:\.\d+)?")
_COORDINATES = {"M": 2, "L": 2, "Q": 4, "C": 6}
_STEPS = 12  # points of a curve


def outline(path: str) -> Outline:
    """Flattens a path.

    Args:
        path: commands as in SVG, with absolute coordinates: `M x y`, `L x y`, `Q cx cy x y`, `C cx cy cx cy x y`.

    >>> outline("M0 0 L10 0")
    ((0.0, 0.0), (10.0, 0.0))
    """
    tokens = _TOKEN.findall(path)
    points: list[Point] = []
    at = 0
    command = "M"
    while at < len(tokens):
        if tokens[at] in _COORDINATES:
            command = tokens[at]
            at += 1
        size = _COORDINATES[command]
        numbers = [float(token) for token in tokens[at : at + size]]
        at += size
        controls = list(zip(numbers[::2], numbers[1::2], strict=True))
        if len(controls) == 1:
            points.extend(controls)
        else:
            controls.insert(0, points[-1])
            points += [_curve(controls, step / _STEPS) for step in range(1, _STEPS + 1)]
    return tuple(points)


def symmetric(path: str) -> Outline:
    """The outline whose right half is a path from the middle above to the middle below.

    >>> symmetric("M0 0 L5 0 L0 9")
    ((0.0, 0.0), (5.0, 0.0), (0.0, 9.0), (-0.0, 9.0), (-5.0, 0.0), (-0.0, 0.0))
    """
    half = outline(path)
    return half + mirrored(half)[::-1]


def mirrored(points: Outline) -> Outline:
    """The mirror image at the middle."""
    return tuple((-x, y) for x, y in points)


def moved(points: Outline, dx: float, dy: float, scale: float = 1.0) -> Outline:
    """The outline scaled at the origin, then moved.

    Args:
        points: the outline.
        dx: pixels to the right.
        dy: pixels down.
        scale: factor of the size.
    """
    return tuple((x * scale + dx, y * scale + dy) for x, y in points)


def ellipse(x: float, y: float, rx: float, ry: float | None = None) -> Outline:
    """An ellipse.

    Args:
        x: x of the middle.
        y: y of the middle.
        rx: horizontal radius.
        ry: vertical radius; None for a circle.
    """
    ry = rx if ry is None else ry
    k = 0.5523
    return outline(
        f"M{x + rx:.2f} {y:.2f}"
        f"C{x + rx:.2f} {y + k * ry:.2f} {x + k * rx:.2f} {y + ry:.2f} {x:.2f} {y + ry:.2f}"
        f"C{x - k * rx:.2f} {y + ry:.2f} {x - rx:.2f} {y + k * ry:.2f} {x - rx:.2f} {y:.2f}"
        f"C{x - rx:.2f} {y - k * ry:.2f} {x - k * rx:.2f} {y - ry:.2f} {x:.2f} {y - ry:.2f}"
        f"C{x + k * rx:.2f} {y - ry:.2f} {x + rx:.2f} {y - k * ry:.2f} {x + rx:.2f} {y:.2f}"
    )


def _curve(controls: list[Point], t: float) -> Point:
    """The point at `t` of a Bezier curve, by de Casteljau's algorithm."""
    while len(controls) > 1:
        controls = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in itertools.pairwise(controls)]
    return controls[0]
