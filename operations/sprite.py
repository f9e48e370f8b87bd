"""A sprite: the photos of many articles in one image, row by row, as TensorBoard's projector reads it."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageOps

from transforms.photos.photo_file import PhotoError
from transforms.photos.placeholder import BACKGROUND, placeholder_image
from transforms.photos.shop_photos import ShopPhotos

MAX_SIDE = 8192
MAX_PHOTO_SIDE = 64
_THREADS = 4
_CHUNK = 256  # photos in memory at a time


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sprite:
    """A sprite.

    Attributes:
        image: the photos, in as many columns as rows, or one more.
        side: width and height of each photo in pixels.
        found: number of articles whose photo is shown; the others have a placeholder.
    """

    image: Image.Image
    side: int
    found: int


def make_sprite(
    photos: ShopPhotos, article_ids: Sequence[str], on_photo: Callable[[int], None] = lambda count: None
) -> Sprite:
    """Draws the photos of articles into one image.

    The side of a photo is at most `MAX_PHOTO_SIDE`, and so small that the sprite has at most `MAX_SIDE` pixels a side.

    Args:
        photos: photos of the shop.
        article_ids: ids of the articles, at least one, in the order of the sprite.
        on_photo: called with the number of photos drawn since the last call.
    """
    columns = math.ceil(math.sqrt(len(article_ids)))
    rows = math.ceil(len(article_ids) / columns)
    side = max(1, min(MAX_PHOTO_SIDE, MAX_SIDE // columns))
    image = Image.new("RGB", (columns * side, rows * side), BACKGROUND)
    placeholder = placeholder_image(side, side)
    found = 0

    def small(article_id: str) -> Image.Image | None:
        try:
            return ImageOps.pad(photos.open(article_id, (side, side)), (side, side), color="white")
        except PhotoError:
            return None

    with concurrent.futures.ThreadPoolExecutor(_THREADS) as pool:
        for start in range(0, len(article_ids), _CHUNK):
            chunk = article_ids[start : start + _CHUNK]
            for number, photo in enumerate(pool.map(small, chunk), start):
                found += photo is not None
                at = (number % columns * side, number // columns * side)
                image.paste(placeholder if photo is None else photo, at)
            on_photo(len(chunk))
    return Sprite(image=image, side=side, found=found)
