"""Opens photo files that strangers wrote: JPEG, PNG and WebP, of limited size, and nothing else."""

from __future__ import annotations

import contextlib
import os
import pathlib
import stat
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image, ImageOps

from transforms.errors import LookbookError

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 32 * 2**20
MAX_PIXELS = 25_000_000
_TAIL_BYTES = 4096
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}  # Pillow opens no WebP that is cut off
_WHITE = (255, 255, 255)


class PhotoError(LookbookError):
    """A photo is missing or cannot be opened."""


def open_photo(path: pathlib.Path, box: tuple[int, int] | None = None) -> Image.Image:
    """Decodes a photo to RGB.

    The orientation of a camera is applied. Transparent parts become white. Of an animation, the first image is taken.
    CMYK, greyscale and palettes are converted.

    Args:
        path: the file.
        box: width and height in pixels that suffice; a larger JPEG is decoded at a fraction of its size, but never
            below the box. None for the full size.

    Raises:
        PhotoError: the file is no JPEG, PNG or WebP, is too large, is cut off, or cannot be read.
    """
    with _photo(path) as (_, image):
        if box is not None:
            # A camera's image may be rotated below.
            image.draft("RGB", (max(box), max(box)))
        return _to_rgb(ImageOps.exif_transpose(image))


def check_photo(path: pathlib.Path) -> None:
    """Checks a photo's format, size and end, without decoding it.

    Args:
        path: the file.

    Raises:
        PhotoError: as in `open_photo`. Damage between header and end is not noticed.
    """
    with _photo(path) as (file, image):
        end = _ENDS.get(image.format or "")
        if end is not None:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL_BYTES))
            if end not in file.read(_TAIL_BYTES):
                raise PhotoError(f"{path.name} is cut off; copy the file again")


@contextlib.contextmanager
def _photo(path: pathlib.Path) -> Iterator[tuple[BinaryIO, Image.Image]]:
    """Yields the file and the image, of which only the header has been read."""
    try:
        with _regular_file(path) as file, Image.open(file, formats=FORMATS) as image:
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                raise PhotoError(_too_many_pixels(path, f"{pixels:,}"))
            yield file, image
    except PhotoError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoError(_too_many_pixels(path, "far more")) from error
    except Image.UnidentifiedImageError as error:
        raise PhotoError(f"{path.name} is not a JPEG, PNG or WebP image; replace the file") from error
    except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error and others
        raise PhotoError(f"{path.name} cannot be read ({error}); copy the file again") from error


@contextlib.contextmanager
def _regular_file(path: pathlib.Path) -> Iterator[BinaryIO]:
    # Opening a named pipe would wait for its writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise PhotoError(f"{path.name} is not a regular file; replace it")
        if status.st_size > MAX_BYTES:
            raise PhotoError(
                f"{path.name} must have at most {MAX_BYTES:,} bytes. Received: {status.st_size:,}; save it smaller"
            )
        with open(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(descriptor)


def _to_rgb(image: Image.Image) -> Image.Image:
    """Converts an image of any mode to RGB, on white."""
    if image.mode == "RGB" and "transparency" not in image.info:
        image.load()
        return image
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, _WHITE)
        white.paste(image, mask=image.getchannel("A"))
        return white
    return image.convert("RGB")


def _too_many_pixels(path: pathlib.Path, pixels: str) -> str:
    return f"{path.name} must have at most {MAX_PIXELS:,} pixels. Received: {pixels}; save it smaller"
