"""Photos by article id: found, missing and broken ones, thumbnails, and counts."""

import io
import os

import pytest
from PIL import Image

from transforms.photos.config import PhotosConfig
from transforms.photos.photo_file import PhotoError
from transforms.photos.shop_photos import ShopPhotos

ONE, TWO, THREE = "0100000001", "0200000002", "0300000003"


@pytest.fixture
def photos(data):
    return ShopPhotos(data)


def test_a_photo_is_found_by_its_id(photos, put):
    assert photos.find(ONE) is None
    path = put("images/010/0100000001.jpg")
    assert photos.find(ONE) == path.resolve()
    assert photos.open(ONE).size == (24, 32)


def test_other_endings_are_found_and_the_first_wins(photos, put):
    put("images/020/0200000002.webp")
    assert photos.find(TWO).name == "0200000002.webp"
    put("images/020/0200000002.png")
    assert photos.find(TWO).name == "0200000002.png"


def test_another_layout_is_a_setting(data, put):
    path = put("pictures/front_A-1.png")
    assert ShopPhotos(data, PhotosConfig(path="pictures/front_{article_id}.jpg")).find("A-1") == path.resolve()


def test_the_fingerprint_changes_with_any_photo(photos, put):
    empty = photos.fingerprint()
    path = put("images/010/0100000001.jpg")
    one = photos.fingerprint()
    assert one == photos.fingerprint()
    os.utime(path, ns=(1, 1))
    touched = photos.fingerprint()
    put("images/020/0200000002.webp")
    assert len({empty, one, touched, photos.fingerprint()}) == 4


def test_a_missing_photo_cannot_be_opened_and_has_no_thumbnail(photos):
    with pytest.raises(PhotoError, match=r"article '0100000001' has no photo in .*images; show a placeholder"):
        photos.open(ONE)
    assert photos.thumbnail(ONE) is None


@pytest.mark.parametrize("article_id", ["../../secret", "..", "a/../../secret", "/etc/passwd", "x" * 500, "\ud800"])
def test_no_id_reaches_files_outside_of_the_data_folder(data, photos, put, article_id):
    put("images/010/0100000001.jpg")
    put("../secret.jpg")
    assert photos.find(article_id) is None
    assert photos.count([article_id]).missing == 1


def test_links_inside_the_data_folder_are_followed_and_others_are_broken(data, photos, put):
    inside, outside = put("all/a.jpg"), put("../b.jpg")
    (data / "images" / "010").mkdir(parents=True)
    (data / "images" / "010" / f"{ONE}.jpg").symlink_to(inside)
    (data / "images" / "020").symlink_to(outside.parent)
    put("../0200000002.jpg")
    assert photos.find(ONE) == inside.resolve()
    assert photos.find(TWO) is None
    assert photos.thumbnail(TWO) is None
    with pytest.raises(PhotoError, match=r"0200000002\.jpg is a link out of the data folder"):
        photos.open(TWO)
    assert (photos.count([ONE, TWO]).found, photos.count([ONE, TWO]).broken) == (1, 1)


def test_the_data_folder_itself_may_be_a_link(data, put, tmp_path):
    put("images/010/0100000001.jpg")
    (tmp_path / "link").symlink_to(data)
    assert ShopPhotos(tmp_path / "link").open(ONE).size == (24, 32)


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "JPEG"), ("WEBP", "WEBP")])
def test_a_thumbnail_fits_the_box_and_keeps_the_proportions(photos, put, kind, name):
    put("images/010/0100000001.jpg", Image.new("RGB", (600, 900), "navy"))
    image = Image.open(io.BytesIO(photos.thumbnail(ONE, box=(120, 160), kind=kind)))
    assert image.format == name
    assert image.size == (107, 160)  # 160 * 600 / 900


def test_a_small_photo_is_not_enlarged(photos, put):
    put("images/010/0100000001.png")
    assert Image.open(io.BytesIO(photos.thumbnail(ONE))).size == (24, 32)


def test_a_thumbnail_has_no_metadata(photos, put):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    put("images/010/0100000001.jpg", exif=exif, comment=b"by hand", icc_profile=b"profile" * 20)
    small = photos.thumbnail(ONE)
    assert not any(text in small for text in (b"taken at home", b"by hand", b"profile"))


def test_the_same_photo_gives_the_same_thumbnail(photos, put):
    put("images/010/0100000001.jpg")
    assert photos.thumbnail(ONE) == photos.thumbnail(ONE)


@pytest.mark.parametrize("wrong", [{"box": (0, 10)}, {"box": (10, 5000)}, {"kind": "GIF"}, {"quality": 0}])
def test_a_wrong_argument_of_a_thumbnail_is_named(photos, put, wrong):
    put("images/010/0100000001.jpg")
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} must .*Received: "):
        photos.thumbnail(ONE, **wrong)


def test_found_missing_and_broken_photos_are_counted_and_broken_ones_listed(photos, put):
    put("images/010/0100000001.jpg")
    put("images/020/0200000002.jpg").write_text("<html>")
    counts = photos.count([ONE, TWO, THREE, "../x"])
    assert (counts.articles, counts.found, counts.missing, counts.broken) == (4, 1, 2, 1)
    assert counts.line == "1 found, 2 missing, 1 broken"
    assert [photo.article_id for photo in counts.listed] == [TWO]
    assert counts.listed[0].reason == "0200000002.jpg is not a JPEG, PNG or WebP image; replace the file"


def test_photos_of_many_articles_are_counted_and_the_first_hundred_broken_ones_listed_in_order(photos, data):
    (data / "images" / "0").mkdir(parents=True)
    photos = ShopPhotos(data, PhotosConfig(path="images/{article_id:.1}/{article_id}.jpg"))
    ids = [f"0{number:05d}" for number in range(1_700)]
    for number in range(0, 1_700, 2):
        (data / "images" / "0" / f"{ids[number]}.jpg").touch()
    counts = photos.count(ids)
    assert (counts.articles, counts.found, counts.missing, counts.broken) == (1_700, 0, 850, 850)
    assert [photo.article_id for photo in counts.listed] == ids[0:200:2]


def test_without_a_folder_of_photos_all_are_missing(photos):
    assert photos.count([ONE, TWO]).line == "0 found, 2 missing, 0 broken"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_photo_that_may_not_be_read_is_broken(photos, put):
    put("images/010/0100000001.jpg").chmod(0)
    assert photos.count([ONE]).broken == 1
