"""Search with a photo finds the articles whose photos look like it, with the encoder of the run."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from components.content.config import ContentConfig
from components.content.executor import compute_content
from operations.photo_search import find_by_photo
from transforms.errors import DataError
from transforms.photos.photo_file import PhotoError
from transforms.photos.shop_photos import ShopPhotos

IDS = ["001", "002", "003", "004"]


def striped(colour: str, width: int) -> Image.Image:
    """A photo of vertical stripes; with no width, a plain one."""
    photo = np.full((96, 96, 3), 255, np.uint8)
    columns = np.ones(96, bool) if not width else (np.arange(96) // width) % 2 == 0
    photo[:, columns] = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
    return Image.fromarray(photo)


def save(photo: Image.Image, path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    photo.save(path, quality=95)


@pytest.fixture
def make_out(tmp_path):
    """Returns an output folder with what the steps Ingest and Content leave of a shop of four articles."""

    def make(photos: dict[str, Image.Image]):
        data, out = tmp_path / "shop", tmp_path / "out"
        data.mkdir()
        for article_id, photo in photos.items():
            save(photo, data / "images" / article_id[:3] / f"{article_id}.jpg")
        tables = out / "pipeline" / "Ingest" / "tables" / "3"
        content = out / "pipeline" / "Content" / "content" / "12" / "Format-Serving"
        for folder in (tables, content):
            folder.mkdir(parents=True)
        names = ("product_type_name", "section_name", "colour_group_name", "detail_desc")
        texts = {name: pa.nulls(len(IDS), pa.string()) for name in names}
        articles = {"article_id": IDS, "prod_name": ["Stripe", "Plain", None, "Dots"], **texts}
        pq.write_table(pa.table(articles), tables / "articles.parquet")
        compute_content(tables, ShopPhotos(data), ContentConfig(), tmp_path / "cache", content)
        return out

    return make


def test_a_photo_finds_the_articles_that_look_like_it(make_out, tmp_path):
    out = make_out({"001": striped("red", 8), "002": striped("red", 0), "003": striped("blue", 0)})
    save(striped("red", 8), tmp_path / "asked.jpg")
    found = find_by_photo(out, tmp_path / "asked.jpg", ContentConfig(), k=3)
    assert (found[0].article_id, found[0].described) == ("001", ("Stripe", "", ""))
    assert found[0].score == pytest.approx(1, abs=0.02)
    assert {match.article_id for match in found} == {"001", "002", "003"}  # 004 has no photo
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)


def test_a_run_without_photos_is_refused(make_out, tmp_path):
    save(striped("red", 8), tmp_path / "asked.jpg")
    with pytest.raises(DataError, match="must hold a run that encoded photos"):
        find_by_photo(make_out({}), tmp_path / "asked.jpg", ContentConfig(), k=3)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(DataError, match="no output of Content"):
        find_by_photo(tmp_path, tmp_path / "asked.jpg", ContentConfig(), k=3)


def test_a_missing_photo_is_one_clear_error(make_out, tmp_path):
    out = make_out({"001": striped("red", 8), "002": striped("red", 0)})
    with pytest.raises(PhotoError, match=r"nothing\.jpg cannot be read"):
        find_by_photo(out, tmp_path / "nothing.jpg", ContentConfig(), k=3)
