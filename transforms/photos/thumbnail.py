"""Writes a photo as a small JPEG or WebP file."""

import io

from PIL import Image

MAX_SIDE = 2048
KINDS = ("JPEG", "WEBP")
MEDIA_TYPES = {"JPEG": "image/jpeg", "WEBP": "image/webp"}


def encoded(image: Image.Image, box: tuple[int, int], kind: str = "JPEG", quality: int = 80) -> bytes:
    """Reduces an image to a box and encodes it, without metadata.

    Args:
        image: image in RGB, which is changed.
        box: maximum width and height in pixels, 1 to `MAX_SIDE`. The proportions are kept; nothing is enlarged.
        kind: one of `KINDS`.
        quality: quality of the file, 1 to 95.

    Raises:
        ValueError: an argument is out of range.
    """
    if not all(1 <= side <= MAX_SIDE for side in box):
        raise ValueError(f"box must have sides from 1 to {MAX_SIDE}. Received: {box}")
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}. Received: {kind!r}")
    if not 1 <= quality <= 95:
        raise ValueError(f"quality must be from 1 to 95. Received: {quality}")
    image.thumbnail(box, Image.Resampling.LANCZOS)
    image.info.clear()  # the camera's comments and profile
    buffer = io.BytesIO()
    if kind == "JPEG":
        image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=False)
    else:
        image.save(buffer, "WEBP", quality=quality, method=4)
    return buffer.getvalue()
