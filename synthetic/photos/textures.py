"""Textures of plain cloth: smooth, ribbed, quilted and washed."""

import functools

import numpy as np
import numpy.typing as npt
from PIL import Image

from synthetic.photos.layers import HEIGHT, WIDTH

PLAIN = "Solid"

Floats = npt.NDArray[np.float32]


@functools.lru_cache(maxsize=4)
def texture(number: int) -> Floats:
    """`[HEIGHT, WIDTH]` brightness of a texture: 0 smooth, 1 ribbed, 2 quilted, 3 washed."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    if number == 1:
        return (1 + 0.13 * np.sin(x * (2 * np.pi / 8))).astype(np.float32)
    if number == 2:
        seams = np.minimum(_distance(x + y, 34), _distance(x - y, 34))
        return (1.05 - 0.30 * np.clip(1.8 - seams, 0, 1)).astype(np.float32)
    if number == 3:
        noise = np.random.default_rng(30).uniform(0, 255, (10, 8)).astype(np.uint8)
        clouds = Image.fromarray(noise, "L").resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        return (0.84 + 0.36 * np.asarray(clouds, np.float32) / 255).astype(np.float32)
    return np.ones((HEIGHT, WIDTH), np.float32)


def _distance(along: Floats, period: float) -> Floats:
    """Distance to the next of parallel lines."""
    return np.abs(np.mod(along, period) - period / 2)
