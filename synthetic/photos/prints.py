"""Prints: flowers, leaves, lace, motifs and embroidery, as images of the shares of two colours."""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

FINE = 2  # samples of a print per pixel
_TILE = 72  # pixels of a repeated print
_OVERSAMPLING = 3

Floats = npt.NDArray[np.float32]


class _Print:
    """Two images of a print, one for each colour, drawn large; shapes that leave a tile enter it on the other side."""

    def __init__(self, size: int, repeated: bool):
        self.size, self.repeated = size, repeated
        self.images = [Image.new("L", (size * FINE * _OVERSAMPLING,) * 2) for _ in range(2)]
        self.draws = [ImageDraw.Draw(image) for image in self.images]

    def polygon(self, colour: int, points: list[tuple[float, float]]) -> None:
        """Draws a polygon in colour 0 or 1, which hides the other one; -1 draws plain cloth."""
        scale = FINE * _OVERSAMPLING
        shifts = (-self.size, 0, self.size) if self.repeated else (0,)
        for dx in shifts:
            for dy in shifts:
                moved = [((x + dx) * scale, (y + dy) * scale) for x, y in points]
                for number, draw in enumerate(self.draws):
                    draw.polygon(moved, fill=255 if number == colour else 0)

    def disc(self, colour: int, x: float, y: float, rx: float, ry: float | None = None, turn: float = 0) -> None:
        """Draws an ellipse, rotated by `turn` radians."""
        ry = rx if ry is None else ry
        points = []
        for step in range(24):
            a, b = rx * math.cos(math.tau * step / 24), ry * math.sin(math.tau * step / 24)
            points.append((x + a * math.cos(turn) - b * math.sin(turn), y + a * math.sin(turn) + b * math.cos(turn)))
        self.polygon(colour, points)

    def leaf(self, colour: int, x: float, y: float, length: float, width: float, turn: float) -> None:
        """Draws a pointed leaf from (x, y) in the direction `turn`."""
        points = []
        for step in range(17):
            t = step / 16
            points.append((t * length, width * math.sin(math.pi * t) ** 1.2))
        points += [(a, -b) for a, b in points[::-1]]
        cos, sin = math.cos(turn), math.sin(turn)
        self.polygon(colour, [(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in points])

    def line(self, colour: int, points: list[tuple[float, float]], width: float) -> None:
        """Draws a line with round ends."""
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            length = math.hypot(x1 - x0, y1 - y0) or 1.0
            nx, ny = (y0 - y1) / length * width / 2, (x1 - x0) / length * width / 2
            self.polygon(colour, [(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny)])
        for x, y in points:
            self.disc(colour, x, y, width / 2)

    def shares(self) -> Floats:
        """`[2, size, size]` shares of the two colours."""
        return np.stack([np.asarray(image.reduce(_OVERSAMPLING), np.float32) / 255 for image in self.images])


def _flower(tile: _Print, x: float, y: float, size: float, petals: int, colour: int = 0, turn: float = 0.3) -> None:
    for number in range(petals):
        angle = turn + math.tau * number / petals
        tile.disc(
            colour, x + size * 0.6 * math.cos(angle), y + size * 0.6 * math.sin(angle), size * 0.5, size * 0.34, angle
        )
    tile.disc(1 - colour, x, y, size * 0.26)


@functools.lru_cache(maxsize=8)
def print_tile(kind: int) -> Floats:
    """The repeated print of a kind: flowers, leaves, brush strokes, spots of an animal, or geometry."""
    tile = _Print(_TILE, repeated=True)
    if kind == 0:
        for x, y, size, turn in ((16, 14, 11, 0.2), (52, 34, 13, 0.9), (20, 54, 9, 0.5), (60, 66, 8, 0.1)):
            tile.leaf(1, x + 6, y + 7, 13, 3.2, 0.8 + turn)
            tile.leaf(1, x - 6, y + 6, 11, 2.8, 2.4 + turn)
            _flower(tile, x, y, size, 5, 0, turn)
        for x, y in ((38, 10), (36, 62), (4, 36), (68, 10)):
            tile.disc(0, x, y, 2)
    elif kind == 1:
        for x, y, turn in ((12, 20, -0.6), (50, 12, 0.5), (30, 50, 2.3), (64, 54, -1.2)):
            stem = [(x + t * 22 * math.cos(turn), y + t * 22 * math.sin(turn)) for t in (0, 0.5, 1)]
            tile.line(1, stem, 1.2)
            for t in (0.1, 0.4, 0.7):
                for side in (-1, 1):
                    tile.leaf(0, x + 22 * t * math.cos(turn), y + 22 * t * math.sin(turn), 11, 3, turn + side * 0.85)
            tile.leaf(0, *stem[-1], 11, 3, turn)
    elif kind == 2:
        for number, (x, y) in enumerate(
            ((8, 10), (32, 22), (56, 8), (16, 40), (46, 46), (66, 34), (8, 62), (34, 66), (58, 64))
        ):
            turn = 0.5 + 1.1 * number
            tile.line(
                number % 2,
                [(x + t * math.cos(turn + t / 16), y + t * math.sin(turn + t / 16)) for t in range(-7, 8, 2)],
                3.6,
            )
    elif kind == 3:
        for number, (x, y) in enumerate(
            ((10, 12), (34, 8), (58, 16), (20, 34), (46, 36), (66, 44), (8, 54), (32, 60), (54, 62))
        ):
            turn = 0.9 * number
            tile.disc(1, x, y, 6.4, 4.8, turn)
            for a in (0.2, 2.2, 4.2):
                arc = [
                    (x + 8 * math.cos(turn + a + t), y + 6.6 * math.sin(turn + a + t)) for t in (0, 0.3, 0.6, 0.9, 1.2)
                ]
                tile.line(0, arc, 3.4)
    else:
        for row in range(4):
            for column in range(4):
                x, y = column * 18 + (9 if row % 2 else 0), row * 18 + 9
                tile.polygon(0, [(x, y - 8), (x + 7, y), (x, y + 8), (x - 7, y)])
                tile.polygon(1, [(x, y - 3.6), (x + 3, y), (x, y + 3.6), (x - 3, y)])
    return tile.shares()


@functools.lru_cache(maxsize=1)
def lace_tile() -> Floats:
    """A net with flowers."""
    size = 36
    tile = _Print(size, repeated=True)
    for number in range(-6, 12):
        tile.line(0, [(number * 6, 0), (number * 6 + size, size)], 0.9)
        tile.line(0, [(number * 6, 0), (number * 6 - size, size)], 0.9)
    for x, y in ((9, 9), (27, 27)):
        for petal in range(6):
            angle = math.tau * petal / 6
            tile.disc(0, x + 4.6 * math.cos(angle), y + 4.6 * math.sin(angle), 3.4, 2.4, angle)
        tile.disc(-1, x, y, 1.8)
    return tile.shares()


@functools.lru_cache(maxsize=8)
def motif(kind: int) -> Floats:
    """The motif of a front print: sun over waves, mountain, heart, star, or a cat."""
    art = _Print(60, repeated=False)
    if kind == 0:
        art.disc(0, 30, 24, 16)
        for number in range(3):
            y = 34 + 8 * number
            art.line(1, [(8 + t * 4, y + 2.6 * math.sin(t * 1.1 + number)) for t in range(12)], 3.2)
    elif kind == 1:
        art.disc(1, 42, 17, 7)
        art.polygon(0, [(4, 50), (24, 14), (44, 50)])
        art.polygon(0, [(28, 50), (42, 26), (57, 50)])
        art.polygon(-1, [(24, 14), (29.5, 24), (26, 27), (23.5, 23.5), (20.5, 27), (18.5, 24)])
    elif kind == 2:
        heart = [
            (
                30 + 1.45 * 16 * math.sin(t) ** 3,
                28 - 1.45 * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)),
            )
            for t in (math.tau * n / 60 for n in range(60))
        ]
        art.polygon(0, heart)
        art.leaf(1, 20, 20, 9, 2.4, 2.4)
    elif kind == 3:
        for colour, scale in ((0, 27), (-1, 17), (1, 13)):
            art.polygon(
                colour,
                [
                    (30 + scale * r * math.sin(math.pi * n / 5), 31 - scale * r * math.cos(math.pi * n / 5))
                    for n, r in enumerate((1, 0.42) * 5)
                ],
            )
    else:
        art.disc(0, 30, 34, 19, 16)
        art.polygon(0, [(12, 30), (13, 9), (28, 20)])
        art.polygon(0, [(48, 30), (47, 9), (32, 20)])
        for x in (22, 38):
            art.disc(-1, x, 31, 3.2, 3.8)
        art.polygon(1, [(27, 38), (33, 38), (30, 42)])
        for y in (39, 43):
            art.line(-1, [(6, y - 1), (20, y)], 1)
            art.line(-1, [(54, y - 1), (40, y)], 1)
    return art.shares()


@functools.lru_cache(maxsize=2)
def sprig(kind: int) -> Floats:
    """An embroidered twig with flowers: 0 lies, 1 stands."""
    art = _Print(76, repeated=False)
    for side in (-1, 1):
        twig = [(38 + side * t * 32, 44 - 15 * math.sin(t * 2.4)) for t in (0, 0.2, 0.4, 0.6, 0.8, 1)]
        art.line(1, twig, 1.6)
        for x, y in twig[1:]:
            art.leaf(1, x, y, 8, 2.2, -math.pi / 2 + side * 0.7)
            art.leaf(1, x, y, 7, 2, math.pi / 2 + side * 0.5)
        _flower(art, 38 + side * 30, 34, 7, 5)
    _flower(art, 38, 42, 12, 6 if kind else 5)
    shares = art.shares()
    return shares.transpose(0, 2, 1) if kind else shares
