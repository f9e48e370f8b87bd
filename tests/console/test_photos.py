"""Photos come as small JPEGs; a missing or broken one as a placeholder with its product type."""

import io

from PIL import Image

from console.query import link
from tests import tiny_shop
from tests.console.hostile_shop import HOSTILE_ARTICLE, PLAIN_ARTICLE


def test_a_photo_is_reduced_to_the_width(client):
    answer = client.get(link("/photo", id=PLAIN_ARTICLE, width=120))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (120, 160)


def test_missing_and_broken_photos_are_placeholders(client):
    for article_id, kind in (
        (tiny_shop.article_id(1), "Trousers"),
        (tiny_shop.article_id(3), "Vest top"),
        (HOSTILE_ARTICLE, "T-shirt &amp; "),
    ):
        answer = client.get(link("/photo", id=article_id))
        assert answer.headers["Content-Type"].startswith("image/svg+xml")
        assert kind in answer.text


def test_an_unknown_article_has_a_placeholder(client):
    assert "No photo" in client.get(link("/photo", id="unknown")).text
