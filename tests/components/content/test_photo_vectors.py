"""Photos are encoded once, whatever becomes of the others."""

import os
import shutil

import numpy as np
import pytest

from components.content.photo_vectors import encode_photos
from transforms.photos.shop_photos import ShopPhotos


@pytest.fixture
def encode(data, encoder, tmp_path):
    def encode(*article_ids):
        before = encoder.encoded
        found = encode_photos(ShopPhotos(data), article_ids, encoder, tmp_path / "cache")
        assert found.encoded == encoder.encoded - before
        return found

    return encode


def test_articles_without_a_photo_have_no_vector(put, encode):
    put("001", "red")
    put("003", "blue")
    found = encode("001", "002", "003")
    assert found.known.tolist() == [True, False, True]
    np.testing.assert_allclose(found.vectors[[0, 2]], [[254, 0, 0], [0, 0, 254]], atol=1)
    assert not found.vectors[1].any()
    assert found.broken == ()


def test_a_second_run_encodes_new_and_changed_photos_alone(put, encode):
    for article_id in ("001", "002", "003"):
        put(article_id, "red" if article_id == "001" else "green")
    assert encode("001", "002", "003").encoded == 2  # two photos have equal content
    assert encode("001", "002", "003").encoded == 0
    put("002", "white")
    put("004", "black")
    found = encode("001", "002", "003", "004")
    assert found.encoded == 2
    np.testing.assert_allclose(found.vectors[1], [255, 255, 255], atol=1)


def test_a_photo_that_was_only_copied_or_renamed_is_not_encoded_again(put, encode, data):
    path = put("001", "red")
    encode("001")
    os.utime(path, ns=(1, 1))
    assert encode("001").encoded == 0
    shutil.copy(path, path.with_name("009.jpg"))
    path.unlink()
    (data / "images" / "009").mkdir()
    shutil.move(path.with_name("009.jpg"), data / "images" / "009" / "009.jpg")
    assert encode("009").encoded == 0


def test_photos_of_all_kinds_are_encoded(put, encode):
    put("001", "red", mode="CMYK")
    put("002", "red", mode="RGBA", format="PNG")
    put("003", "red", mode="P", format="PNG")
    put("004", "red", mode="L")
    assert encode("001", "002", "003", "004").known.all()


def test_broken_photos_are_listed_and_stop_nothing(put, encode, data):
    good = put("001", "red").read_bytes()
    put("002").write_bytes(b"")
    put("003").write_bytes(good[: len(good) // 2])
    put("004").write_bytes(b"no photo")
    found = encode("001", "002", "003", "004")
    assert found.known.tolist() == [True, False, False, False]
    assert [photo.article_id for photo in found.broken] == ["002", "003", "004"]
    assert "not a JPEG, PNG or WebP" in found.broken[2].reason


def test_a_link_out_of_the_data_folder_is_not_followed(put, encode, data, tmp_path):
    path = put("001", "red")
    shutil.move(path, tmp_path / "outside.jpg")
    path.symlink_to(tmp_path / "outside.jpg")
    found = encode("001")
    assert not found.known.any()
    assert "link out of the data folder" in found.broken[0].reason


def test_a_stopped_run_keeps_what_it_encoded_and_damaged_files_are_encoded_again(put, encode, tmp_path):
    put("001", "red")
    encode("001")
    put("002", "blue")
    encode("001", "002")
    kept = sorted((tmp_path / "cache" / "mean-colour").glob("*.npz"), key=lambda path: path.stat().st_mtime_ns)
    kept[-1].write_bytes(kept[-1].read_bytes()[:40])
    (tmp_path / "cache" / "files.parquet").write_bytes(b"damaged")
    assert encode("001", "002").encoded == 1
