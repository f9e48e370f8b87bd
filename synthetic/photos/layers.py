"""Layers of a garment, and their masks and shading, which do not depend on colours and are kept for all articles.

A silhouette is a list of layers from back to front. A `Fill` is a piece of material, with shading as if it were
slightly padded and lit from the upper left. A `Line` is a seam, a stitch, a fold or a cord.
"""

import dataclasses
import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from synthetic.photos.outline import Outline

WIDTH, HEIGHT = 240, 320
_OVERSAMPLING = 3
_MARGIN = 14  # pixels around a layer that its shading needs

Floats = npt.NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Fill:
    """A piece of material.

    Attributes:
        points: its outline.
        role: what it is made of, a key of `palette.MATERIALS_OF_ROLES`; `cloth` has the article's colour and pattern.
        relief: strength of the shading; 0 is flat.
        angle: rotation of the pattern in degrees, as on a sleeve.
    """

    points: Outline
    role: str = "cloth"
    relief: float = 1.0
    angle: float = 0.0


@dataclasses.dataclass(frozen=True)
class Line:
    """A line on the pieces below it.

    Attributes:
        points: the line.
        role: `seam` (thin, dark), `stitch` (dashed, light), `fold` (broad, soft, dark), `shine` (broad, soft, light),
            or a role of `Fill`, drawn in its colour.
        width: width in pixels.
    """

    points: Outline
    role: str = "seam"
    width: float = 1.2


Layer = Fill | Line


@dataclasses.dataclass(frozen=True)
class Drawn:
    """A layer as pixels; h x w of the part of the frame that it covers.

    Attributes:
        role: role of the layer.
        rows, columns: the part of the frame.
        mask: `[h, w]` share of each pixel that is covered.
        dark: `[h, w]` factor of the brightness in the shade, at most 1; None for lines.
        light: `[h, w]` share of white in the light; None for lines.
        angle: rotation of the pattern in degrees.
    """

    role: str
    rows: slice
    columns: slice
    mask: Floats
    dark: Floats | None
    light: Floats | None
    angle: float = 0.0


def drawn(layer: Layer) -> Drawn | None:
    """Draws a layer; None if it is outside of the frame."""
    pad = _MARGIN if isinstance(layer, Fill) or layer.role in ("fold", "shine") else 3 + int(layer.width)
    xs, ys = zip(*layer.points, strict=True)
    left, right = max(0, int(min(xs) + WIDTH / 2) - pad), min(WIDTH, int(max(xs) + WIDTH / 2) + pad + 1)
    top, bottom = max(0, int(min(ys)) - pad), min(HEIGHT, int(max(ys)) + pad + 1)
    if left >= right or top >= bottom:
        return None
    size = ((right - left) * _OVERSAMPLING, (bottom - top) * _OVERSAMPLING)
    large = Image.new("L", size)
    points = [((x + WIDTH / 2 - left) * _OVERSAMPLING, (y - top) * _OVERSAMPLING) for x, y in layer.points]
    if isinstance(layer, Fill):
        ImageDraw.Draw(large).polygon(points, fill=255)
    else:
        _draw_line(ImageDraw.Draw(large), points, layer)
    image = large.reduce(_OVERSAMPLING)
    if isinstance(layer, Line) and layer.role in ("fold", "shine"):
        image = image.filter(ImageFilter.GaussianBlur(layer.width * 0.55))
    box = image.getbbox()  # the margin is empty
    if box is None:
        return None
    mask = _share(image.crop(box))
    rows, columns = slice(top + box[1], top + box[3]), slice(left + box[0], left + box[2])
    if isinstance(layer, Line):
        return Drawn(layer.role, rows, columns, mask, None, None)
    shade = _shade(image, layer.relief)[box[1] : box[3], box[0] : box[2]]
    dark, light = np.minimum(shade, 1), 0.9 * np.maximum(shade - 1, 0)
    return Drawn(layer.role, rows, columns, mask, dark, light, layer.angle)


def _draw_line(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], line: Line) -> None:
    width = max(1, round(line.width * _OVERSAMPLING))
    if line.role == "stitch":
        for start, end in _dashes(points, 3.4 * _OVERSAMPLING, 2.0 * _OVERSAMPLING):
            draw.line([start, end], fill=255, width=width)
        return
    draw.line(points, fill=255, width=width, joint="curve")
    radius = width / 2
    for x, y in (points[0], points[-1]):
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)


def _dashes(
    points: list[tuple[float, float]], dash: float, gap: float
) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Pairs of points of the dashes along a line."""
    at, inside = 0.0, True
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        length = float(np.hypot(x1 - x0, y1 - y0))
        position = 0.0
        while position < length:
            step = min((dash if inside else gap) - at, length - position)
            if inside:
                a, b = position / length, (position + step) / length
                yield (x0 + (x1 - x0) * a, y0 + (y1 - y0) * a), (x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)
            position += step
            at += step
            if at >= (dash if inside else gap) - 1e-6:
                at, inside = 0.0, not inside


def _shade(image: Image.Image, relief: float) -> Floats:
    """Brightness of a padded piece with this mask, lit from the upper left."""
    if relief == 0:
        return np.ones((image.height, image.width), np.float32)
    narrow, broad = _share(image.filter(ImageFilter.GaussianBlur(3))), _share(image.filter(ImageFilter.GaussianBlur(8)))
    height = 0.5 * narrow + 0.9 * broad
    down, right = np.gradient(height)
    lit = 2.1 * (0.8 * right + 0.9 * down)
    edge = np.clip((narrow - 0.45) * 2.2, 0, 1)
    return (1 + relief * (np.clip(lit, -0.30, 0.14) - 0.17 * (1 - edge))).astype(np.float32)


def _share(image: Image.Image) -> Floats:
    return np.asarray(image, np.float32) / 255
