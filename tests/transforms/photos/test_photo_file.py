"""Opening strangers' photos: all modes become RGB, and what is no photo is refused."""

import io
import os
import struct
import zlib

import pytest
from PIL import Image

from tests.transforms.photos.conftest import RED
from transforms.photos import photo_file
from transforms.photos.photo_file import PhotoError, check_photo, open_photo


def near(colour, expected):
    return all(abs(a - b) <= 6 for a, b in zip(colour, expected, strict=True))


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_jpeg_png_and_webp_open_in_rgb(put, ending):
    path = put(f"a.{ending}")
    image = open_photo(path)
    assert (image.mode, image.size) == ("RGB", (24, 32))
    assert near(image.getpixel((5, 5)), RED)
    check_photo(path)


def test_the_format_is_that_of_the_content_not_of_the_name(put):
    assert open_photo(put("a.jpg", format="PNG")).size == (24, 32)


def test_cmyk_becomes_rgb(put):
    path = put("a.jpg", Image.new("RGB", (8, 8), RED).convert("CMYK"))
    assert near(open_photo(path).getpixel((4, 4)), RED)


@pytest.mark.parametrize("ending", ["png", "webp"])
def test_transparent_parts_become_white(put, ending):
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.paste((*RED, 255), (4, 0, 8, 8))
    opened = open_photo(put(f"a.{ending}", image))
    assert opened.mode == "RGB"
    assert opened.getpixel((1, 4)) == (255, 255, 255)
    assert near(opened.getpixel((6, 4)), RED)


def test_half_transparent_black_becomes_grey(put):
    assert near(open_photo(put("a.png", Image.new("RGBA", (4, 4), (0, 0, 0, 128)))).getpixel((1, 1)), (127, 127, 127))


def test_a_palette_with_a_transparent_colour_becomes_white_there(put):
    image = Image.new("P", (4, 4), 0)
    image.putpalette([9, 9, 9, *RED])
    image.putpixel((0, 0), 1)
    opened = open_photo(put("a.png", image, transparency=0))
    assert (opened.getpixel((0, 0)), opened.getpixel((2, 2))) == (RED, (255, 255, 255))


def test_sixteen_bits_of_grey_keep_their_lightness(put):
    assert near(open_photo(put("a.png", Image.new("I;16", (4, 4), 128 * 256))).getpixel((1, 1)), (128, 128, 128))


@pytest.mark.parametrize("ending", ["png", "webp"])
def test_of_an_animation_the_first_image_is_taken(put, ending):
    later = [Image.new("RGB", (8, 8), "blue")]
    path = put(f"a.{ending}", Image.new("RGB", (8, 8), RED), save_all=True, append_images=later, duration=50)
    assert near(open_photo(path).getpixel((4, 4)), RED)
    check_photo(path)


def test_the_orientation_of_a_camera_is_applied(put):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be rotated by 90 degrees
    assert open_photo(put("a.jpg", exif=exif)).size == (32, 24)


def test_a_large_jpeg_is_decoded_at_a_fraction_of_its_size_but_never_below_the_box(put):
    path = put("a.jpg", Image.new("RGB", (800, 1200), RED))
    width, height = open_photo(path, box=(100, 150)).size
    assert (100, 150) <= (width, height) < (800, 1200)
    assert open_photo(path, box=(700, 1100)).size == (800, 1200)


def broken(path, match):
    for look in (open_photo, check_photo):
        with pytest.raises(PhotoError, match=match):
            look(path)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_a_photo_that_is_cut_off_is_broken(put, ending):
    image = Image.effect_noise((64, 64), 80).convert("RGB")
    path = put(f"a.{ending}", image)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    broken(path, rf"^a\.{ending} .*; copy the file again$")


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>404 Not Found</html>", b"\xff\xd8", b"RIFF\x00\x00\x00\x00WEBP", b"%!PS-Adobe-3.0 EPSF-3.0"],
)
def test_other_contents_are_broken(data, content):
    path = data / "a.jpg"
    path.write_bytes(content)
    broken(path, r"^a\.jpg ")


def test_other_image_formats_are_not_opened(put):
    broken(put("a.jpg", format="GIF"), "a.jpg is not a JPEG, PNG or WebP image; replace the file")
    broken(put("b.jpg", format="BMP"), "b.jpg is not")


def bomb(width, height):
    """A PNG of few bytes whose header announces many pixels."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [5_001, 60_000, 2**31 - 1])
def test_a_photo_of_too_many_pixels_is_not_decoded(data, side):
    path = data / "a.png"
    path.write_bytes(bomb(side, side))
    broken(path, "a.png must have at most 25,000,000 pixels")


def test_a_file_of_too_many_bytes_is_not_read(put, monkeypatch):
    path = put("a.jpg")
    monkeypatch.setattr(photo_file, "MAX_BYTES", path.stat().st_size - 1)
    broken(path, r"a\.jpg must have at most .* bytes. Received: ")


def test_folders_and_pipes_are_not_opened(data):
    (data / "a.jpg").mkdir()
    os.mkfifo(data / "b.jpg")
    broken(data / "a.jpg", "a.jpg is not a regular file")
    broken(data / "b.jpg", "b.jpg is not a regular file")


def test_a_photo_with_bytes_after_its_end_is_sound(put):
    path = put("a.jpg")
    path.write_bytes(path.read_bytes() + b"\0" * 16)
    check_photo(path)
    assert open_photo(path).size == (24, 32)


def test_metadata_do_not_reach_the_opened_pixels(put):
    buffer = io.BytesIO()
    open_photo(put("a.jpg", comment=b"taken by hand")).save(buffer, "PNG")
    assert b"taken by hand" not in buffer.getvalue()
