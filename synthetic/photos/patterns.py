"""Patterns of the graphical appearances, as shares of a second and a third colour at points of the cloth."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from synthetic.photos.prints import FINE, lace_tile, motif, print_tile, sprig

Floats = npt.NDArray[np.float32]
Shares = tuple[Floats, Floats]


def pattern(look: str, motif: int, x: Floats, y: Floats, print_at: tuple[float, float]) -> Shares | None:
    """The pattern of a graphical appearance.

    Args:
        look: name of the graphical appearance.
        motif: number of the motif or width of the look, see `vocabulary.LOOKS`.
        x: `[h, w]` coordinates of the cloth in pixels, from the middle of the garment.
        y: `[h, w]` coordinates of the cloth in pixels, from the upper edge.
        print_at: middle of a motif that appears once.

    Returns:
        Shares `[h, w]` of the second and of the third colour; None for plain cloth.
    """
    draw = _LOOKS.get(look)
    return None if draw is None else draw(motif, x, y, print_at)


def _stripe(number: int, x: Floats, y: Floats, print_at: tuple[float, float]) -> Shares:
    period, share = ((22.0, 0.42), (15.0, 0.40), (30.0, 0.36), (11.0, 0.35), (22.0, 0.42))[number]
    along = x if number == 4 else y
    return _bands(along, period, share), np.zeros_like(x)


def _check(number: int, x: Floats, y: Floats, print_at: tuple[float, float]) -> Shares:
    period = (18.0, 26.0, 36.0)[number]
    broad = 0.42 * _bands(x, period, 0.5) + 0.42 * _bands(y, period, 0.5)
    fine = np.maximum(_bands(x + period * 0.25, period, 0.08), _bands(y + period * 0.25, period, 0.08))
    return np.asarray(broad, np.float32), 0.75 * fine if number else np.zeros_like(x)


def _dot(number: int, x: Floats, y: Floats, print_at: tuple[float, float]) -> Shares:
    step, radius = ((15.0, 3.4), (20.0, 5.0), (11.0, 2.1))[number]
    shifted = x + step / 2 * (np.floor(y / step) % 2)
    distance = np.hypot(shifted - step * np.round(shifted / step), y - step * (np.floor(y / step) + 0.5))
    return np.clip(radius - distance + 0.5, 0, 1), np.zeros_like(x)


def _melange(number: int, x: Floats, y: Floats, print_at: tuple[float, float]) -> Shares:
    noise = _noise()
    streaks = noise[np.mod(y * 1.0, 320).astype(int), np.mod(x * 0.35 + 400, 240).astype(int)]
    fine = noise[np.mod(y + 7, 320).astype(int), np.mod(x + 411, 240).astype(int)]
    return np.clip(0.24 + 0.17 * streaks + 0.12 * fine, 0, 0.75).astype(np.float32), np.zeros_like(x)


def _glitter(number: int, x: Floats, y: Floats, print_at: tuple[float, float]) -> Shares:
    noise = _noise()
    sparks = noise[np.mod(y, 320).astype(int), np.mod(x + 400, 240).astype(int)]
    sheen = 0.5 + 0.5 * np.sin((x * 0.9 + y * 0.55) / 26 + number)
    return np.clip((sparks - 1.15) * 1.6, 0, 1).astype(np.float32), (0.34 * sheen**3).astype(np.float32)


def _all_over(number: int, x: Floats, y: Floats, print_at: tuple[float, float]) -> Shares:
    return _sampled(print_tile(number), x, y)


def _lace(number: int, x: Floats, y: Floats, print_at: tuple[float, float]) -> Shares:
    second, third = _sampled(lace_tile(), x, y)
    return 0.62 * second, 0.0 * third


def _front_print(number: int, x: Floats, y: Floats, print_at: tuple[float, float]) -> Shares:
    return _once(motif(number), x, y, print_at, 58)


def _embroidery(number: int, x: Floats, y: Floats, print_at: tuple[float, float]) -> Shares:
    return _once(sprig(number), x, y, print_at, 74)


_LOOKS: dict[str, Callable[[int, Floats, Floats, tuple[float, float]], Shares]] = {
    "All over pattern": _all_over,
    "Melange": _melange,
    "Stripe": _stripe,
    "Lace": _lace,
    "Check": _check,
    "Front print": _front_print,
    "Embroidery": _embroidery,
    "Dot": _dot,
    "Glittering/Metallic": _glitter,
}
PATTERNED = frozenset(_LOOKS)


def _bands(along: Floats, period: float, share: float) -> Floats:
    """Bands of a share of the period, with smooth edges of a pixel."""
    at = np.abs(np.mod(along, period) - period / 2)
    return np.clip(period * share / 2 - at + 0.5, 0, 1).astype(np.float32)


def _sampled(tile: Floats, x: Floats, y: Floats) -> Shares:
    size = tile.shape[1]
    rows, columns = np.mod(y * FINE, size).astype(int), np.mod(x * FINE, size).astype(int)
    return tile[0][rows, columns], tile[1][rows, columns]


def _once(image: Floats, x: Floats, y: Floats, print_at: tuple[float, float], size: float) -> Shares:
    pixels = image.shape[1]
    columns = ((x - print_at[0]) / size + 0.5) * pixels
    rows = ((y - print_at[1]) / size + 0.5) * pixels
    inside = (columns >= 0) & (columns < pixels) & (rows >= 0) & (rows < pixels)
    at = np.where(inside, rows, 0).astype(int), np.where(inside, columns, 0).astype(int)
    return image[0][at] * inside, image[1][at] * inside


@functools.lru_cache(maxsize=1)
def _noise() -> Floats:
    """`[320, 240]` standard normal noise, the same for all articles."""
    return np.random.default_rng(20).standard_normal((320, 240)).astype(np.float32)
