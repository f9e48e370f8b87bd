"""The size of a sprite, and the places of its photos."""

import pytest
from PIL import Image

from operations.sprite import make_sprite
from transforms.photos.config import PhotosConfig
from transforms.photos.shop_photos import ShopPhotos


@pytest.mark.parametrize(
    ("count", "side", "size"),
    [
        (1, 64, (64, 64)),
        (5, 64, (192, 128)),  # 3 columns, 2 rows
        (16_385, 63, (129 * 63, 128 * 63)),  # 129 columns; 129 * 64 would be more than 8192
    ],
)
def test_a_sprite_has_at_most_8192_pixels_a_side(tmp_path, count, side, size):
    drawn = []
    sprite = make_sprite(ShopPhotos(tmp_path), [str(number) for number in range(count)], drawn.append)
    assert (sprite.side, sprite.image.size, sprite.found) == (side, size, 0)
    assert sum(drawn) == count


def test_a_photo_keeps_its_proportions_on_white(tmp_path):
    Image.new("RGB", (30, 60), "red").save(tmp_path / "a.png")
    sprite = make_sprite(ShopPhotos(tmp_path, PhotosConfig(path="{article_id}.png")), ["a"])
    assert sprite.found == 1
    assert [sprite.image.getpixel((x, 32)) for x in (4, 32, 60)] == [(255, 255, 255), (255, 0, 0), (255, 255, 255)]
