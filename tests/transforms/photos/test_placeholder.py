"""The placeholder of a missing photo."""

from xml.etree import ElementTree

import pytest

from transforms.photos.placeholder import placeholder_image, placeholder_svg

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    return [line.text for line in ElementTree.fromstring(svg).iter(f"{SVG}tspan")]


def test_the_placeholder_shows_the_product_type_and_says_that_there_is_no_photo():
    svg = placeholder_svg("T-shirt")
    assert texts(svg) == ["T-shirt"]
    assert ElementTree.fromstring(svg).get("aria-label") == "No photo: T-shirt"
    assert ElementTree.fromstring(svg).get("viewBox") == "0 0 240 320"


@pytest.mark.parametrize("name", [None, "", "  ", "\n"])
def test_without_a_product_type_it_says_no_photo(name):
    assert texts(placeholder_svg(name)) == ["No photo"]


def test_a_long_name_is_wrapped_and_shortened():
    assert texts(placeholder_svg("Underwear set with straps and a very long name")) == [
        "Underwear set",
        "with straps …",
    ]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'a"b', "a&b", "\x00\x1b[0m", "\u202eabc"])
def test_any_text_gives_sound_xml_without_elements_of_its_own(name):
    tags = {element.tag for element in ElementTree.fromstring(placeholder_svg(name)).iter()}
    assert tags == {f"{SVG}{tag}" for tag in ("svg", "rect", "path", "text", "tspan")}


def test_the_same_name_gives_the_same_text():
    assert placeholder_svg("Bag") == placeholder_svg("Bag") != placeholder_svg("Belt")


@pytest.mark.parametrize("size", [(240, 320), (64, 64), (1, 1)])
def test_the_raster_placeholder_has_the_wanted_size_and_is_the_same_each_time(size):
    image = placeholder_image(*size)
    assert (image.mode, image.size) == ("RGB", size)
    assert image.tobytes() == placeholder_image(*size).tobytes()


def test_the_raster_placeholder_shows_a_hanger_on_a_plain_ground():
    image = placeholder_image(240, 320)
    ground = image.getpixel((2, 2))
    assert image.getpixel((237, 317)) == ground
    assert image.getpixel((120, 204)) != ground  # the bar, 12 px below its place in the SVG
