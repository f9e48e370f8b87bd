"""A small catalogue with photos, and an encoder that is quick and whose vectors are known."""

import dataclasses
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image


@dataclasses.dataclass
class MeanColour:
    """Encodes a photo as its mean colour, and counts the photos."""

    size: int = 3
    fingerprint: str = "mean-colour"
    encoded: int = 0

    def encode(self, photo: Image.Image) -> np.ndarray:
        self.encoded += 1
        return np.asarray(photo, np.float32).mean(axis=(0, 1))


@pytest.fixture
def encoder():
    return MeanColour()


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


@pytest.fixture
def put(data):
    """Saves a plain photo of an article."""

    def put(article_id: str, colour="red", mode="RGB", **options) -> pathlib.Path:
        path = data / "images" / article_id[:3] / f"{article_id}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        image = Image.new("RGB", (24, 32), colour).convert(mode)
        image.save(path, options.pop("format", "JPEG"), **options)
        return path

    return put


@pytest.fixture
def write_articles(tmp_path):
    """Writes the ingested table of articles with names and descriptions; returns its folder."""

    def write(**texts: tuple[str | None, str | None]) -> pathlib.Path:
        names, descriptions = zip(*texts.values(), strict=True)
        table = pa.table(
            {
                "article_id": pa.array(texts, pa.string()),
                "prod_name": pa.array(names, pa.string()),
                "detail_desc": pa.array(descriptions, pa.string()),
                **{
                    name: pa.nulls(len(texts), pa.string())
                    for name in ("product_type_name", "section_name", "colour_group_name")
                },
            }
        )
        (tmp_path / "tables").mkdir(exist_ok=True)
        pq.write_table(table, tmp_path / "tables" / "articles.parquet")
        return tmp_path / "tables"

    return write
