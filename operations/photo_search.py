"""Finds the articles whose photos are nearest to a given photo, with the encoder of the newest run."""

from __future__ import annotations

import dataclasses
import json
import pathlib

from components.content.config import ContentConfig
from components.content.executor import FACTS_FILE, pca_file
from models.content.pca import Pca
from models.content.picture_encoder import EFFICIENTNET_LITE0, RESNET152, PictureEncoder
from operations.step_outputs import newest_output
from transforms import columns
from transforms.content import CONTENT_FILE, nearest_rows, read_content, unit_vectors
from transforms.errors import DataError
from transforms.parquet import pq
from transforms.photos.photo_file import open_photo

DESCRIBED = (columns.PRODUCT_NAME, "product_type_name", "colour_group_name")


@dataclasses.dataclass(frozen=True)
class Match:
    """An article with a photo like the given one.

    Attributes:
        article_id: id of the article.
        described: values of `DESCRIBED`; "" if missing.
        score: cosine of the two pictures, in [-1, 1].
    """

    article_id: str
    described: tuple[str, ...]
    score: float


def find_by_photo(out: pathlib.Path, photo: pathlib.Path, config: ContentConfig, k: int) -> list[Match]:
    """Encodes a photo and finds the nearest articles of the newest run.

    Args:
        out: output folder of `lookbook run` or `lookbook refresh`.
        photo: JPEG, PNG or WebP file.
        config: settings of the content vectors of the run.
        k: number of articles.

    Returns:
        At most k articles, nearest first.

    Raises:
        DataError: the folder has no run with photos, or its encoder was not that of `config`.
        PhotoError: the photo cannot be read.
        WeightsError: the weights of the encoder are missing.
    """
    content = newest_output(out, "Content", "content") / "Format-Serving"
    facts = json.loads((content / FACTS_FILE).read_text())["picture"]
    if not facts["known"] or config.picture not in (EFFICIENTNET_LITE0, RESNET152):
        raise DataError(
            f"{out} must hold a run that encoded photos. Received: {facts['known']:,} photos with encoder "
            f"{config.picture!r}; run `lookbook run` on data with a folder of photos"
        )
    encoder = PictureEncoder(config.picture, config.picture_weights)
    if encoder.fingerprint != facts["encoder"]:
        raise DataError(
            f"the encoder must be that of the run, {facts['encoder']}. Received: {encoder.fingerprint}; train again"
        )
    encoded = encoder.encode(open_photo(photo))
    asked = unit_vectors(Pca.load(pca_file(content, "picture")).project(encoded[None, :]))[0]
    articles = pq.read_table(newest_output(out, "Ingest", "tables") / columns.parquet_file("articles"))
    pictures = read_content(content / CONTENT_FILE, articles[columns.ARTICLE_ID])["picture"]
    units = unit_vectors(pictures.vectors)
    rows = nearest_rows(units, asked, k)
    found = articles.select([columns.ARTICLE_ID, *DESCRIBED]).take(rows).to_pylist()
    return [
        Match(article[columns.ARTICLE_ID], tuple(article[name] or "" for name in DESCRIBED), float(units[row] @ asked))
        for article, row in zip(found, rows, strict=True)
    ]
