"""Where a photo is, and that no template and no id leads out of the data folder."""

import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import ConfigError
from transforms.photos.config import PhotosConfig
from transforms.photos.path_template import PathTemplate


def paths(template, article_id):
    return PathTemplate(template).paths(article_id)


def test_the_default_is_the_layout_of_kaggle_with_other_endings_after_jpg():
    assert paths(PhotosConfig().path, "0108775015") == [
        "images/010/0108775015.jpg",
        "images/010/0108775015.jpeg",
        "images/010/0108775015.png",
        "images/010/0108775015.webp",
    ]


def test_the_ending_of_the_template_is_tried_first():
    assert paths("{article_id}.png", "a") == ["a.png", "a.jpg", "a.jpeg", "a.webp"]


def test_ids_may_stand_in_folders_and_within_names():
    assert paths("{article_id}/front-{article_id:.2}.jpg", "SKU 12")[0] == "SKU 12/front-SK.jpg"


def test_an_id_shorter_than_its_folder_is_the_folder():
    assert paths("images/{article_id:.3}/{article_id}.jpg", "7")[0] == "images/7/7.jpg"


@pytest.mark.parametrize(
    ("template", "folder"),
    [
        ("images/{article_id:.3}/{article_id}.jpg", "images"),
        ("a/b/photo-{article_id}.jpg", "a/b"),
        ("{article_id}.jpg", ""),
        ("photo-{article_id}.jpg", ""),
    ],
)
def test_the_folder_is_what_all_photos_share(template, folder):
    assert PathTemplate(template).folder == folder


@pytest.mark.parametrize(
    ("template", "rule"),
    [
        ("/images/{article_id}.jpg", "path must be relative"),
        ("images\\{article_id}.jpg", "path must be relative"),
        ("../{article_id}.jpg", "not have .. or . or an empty name"),
        ("images/../../{article_id}.jpg", "not have .. or . or an empty name"),
        ("images//{article_id}.jpg", "not have .. or . or an empty name"),
        ("images/photo.jpg", "path must contain {article_id}"),
        ("images/{article_id:.3}.jpg", "path must contain {article_id}"),
        ("images/{article_id}.gif", "path must end in one of .jpg, .jpeg, .png, .webp"),
        ("images/{article_id}", "path must end in one of"),
        ("images/{product_code}.jpg", "no fields but {article_id}"),
        ("images/{article_id.__class__}.jpg", "no fields but {article_id}"),
        ("images/{article_id!r}.jpg", "no fields but {article_id}"),
        ("images/{article_id:>10}.jpg", "no fields but {article_id}"),
        ("images/{article_id:.0}/{article_id}.jpg", "no fields but {article_id}"),
        ("images/{}.jpg", "no fields but {article_id}"),
        ("images/{article_id.jpg", "path is not a template"),
        ("", "path must not have .. or ."),
    ],
)
def test_a_template_that_is_no_place_of_photos_is_refused(template, rule):
    with pytest.raises(ConfigError) as error:
        PhotosConfig.from_tree({"path": template}, "photos")
    assert str(error.value).startswith("photos.path ")
    assert rule in str(error.value)
    assert f"Received: {template!r}" in str(error.value)


@pytest.mark.parametrize("article_id", ["", "..", ".", "../../etc/passwd", "a/b", "a\\b", "a\0b", "x" * 300, "é" * 127])
def test_an_id_that_cannot_be_a_file_name_has_no_path(article_id):
    assert paths("images/{article_id:.2}/{article_id}.jpg", article_id) == []


def test_the_first_characters_of_an_id_cannot_be_the_parent_folder():
    assert paths("images/{article_id:.2}/{article_id}.jpg", "..x") == []
    assert paths("images/{article_id}.jpg", "..x")[0] == "images/..x.jpg"


@given(st.text(max_size=40))
def test_no_id_leads_out_of_the_folder(article_id):
    root = pathlib.PurePosixPath("/data")
    for template in ("images/{article_id:.3}/{article_id}.jpg", "{article_id:.1}/{article_id:.2}{article_id}.png"):
        for path in paths(template, article_id):
            parts = (root / path).parts
            assert parts[:2] == ("/", "data")
            assert not {"..", "."} & set(parts)
            assert len(parts) == 2 + template.count("/") + 1
