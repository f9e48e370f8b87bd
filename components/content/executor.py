"""Computes the content vectors of a catalogue."""

from __future__ import annotations

import dataclasses
import json
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.content.config import ContentConfig
from components.content.encoded import Encoded
from components.content.given import read_given
from components.content.photo_vectors import encode_photos
from models.content import static_text
from models.content.pca import Pca, fit_pca
from transforms import columns
from transforms.content import CONTENT_FILE, ContentVectors, write_content
from transforms.errors import DataError
from transforms.parquet import pq
from transforms.photos.counts import BrokenPhoto
from transforms.photos.shop_photos import ShopPhotos

FACTS_FILE = "content.json"
# Type, section and colour bring more of the nearest articles of the same type and colour; see decision 59.
TEXT_COLUMNS = (
    columns.PRODUCT_NAME,
    "product_type_name",
    "section_name",
    "colour_group_name",
    columns.DESCRIPTION,
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Facts:
    """Encoder, counts and size of the vectors of one kind.

    Attributes:
        encoder: name of the encoder and a digest of its weights.
        articles: number of articles.
        known: number of articles with a vector.
        encoded: number of photos or texts that were encoded by this run.
        values: number of values of a vector after the projection.
        explained: share of the variance that these values keep.
        broken: the articles whose photo cannot be encoded, and why.
    """

    encoder: str
    articles: int
    known: int
    encoded: int
    values: int
    explained: float
    broken: tuple[BrokenPhoto, ...] = ()


def pca_file(folder: pathlib.Path, kind: str) -> pathlib.Path:
    """File of the projection of a kind of vectors in the folder of a component or of weights."""
    return folder / f"{kind}_pca.npz"


def compute_content(
    tables: pathlib.Path,
    photos: ShopPhotos,
    config: ContentConfig,
    cache: pathlib.Path,
    to: pathlib.Path,
    fitted: pathlib.Path | None = None,
) -> dict[str, Facts]:
    """Writes the vectors, the projections and `content.json`.

    Args:
        tables: folder of the ingested tables.
        photos: photos of the shop; given vectors are in the same data folder.
        config: settings.
        cache: folder of the vectors of earlier runs.
        to: output folder.
        fitted: folder of the projections of a training, or None to fit them.

    Returns:
        The facts by kind.

    Raises:
        DataError: given vectors are missing or wrong, or projections were fitted to another encoder.
        WeightsError: the weights of an encoder are missing.
    """
    articles = pq.read_table(tables / columns.parquet_file("articles"))
    ids = articles[columns.ARTICLE_ID]
    facts, content = {}, {}
    for kind, encoded in (
        ("picture", _pictures(photos, ids.to_pylist(), config, cache)),
        ("text", _texts(photos.root, articles, config)),
    ):
        vectors = encoded.vectors[encoded.known]
        pca = _fitted(fitted, kind, encoded.encoder) or fit_pca(vectors, config.variance, config.max_values)
        projected = np.zeros((len(ids), pca.size), np.float16)
        projected[encoded.known] = pca.project(vectors)
        content[kind] = ContentVectors(vectors=projected, known=encoded.known & (pca.size > 0))
        pca.save(pca_file(to, kind))
        facts[kind] = Facts(
            encoder=encoded.encoder,
            articles=len(ids),
            known=int(content[kind].known.sum()),
            encoded=encoded.encoded,
            values=pca.size,
            explained=pca.explained,
            broken=encoded.broken,
        )
    write_content(to / CONTENT_FILE, ids.combine_chunks(), content)
    (to / FACTS_FILE).write_text(json.dumps({kind: dataclasses.asdict(each) for kind, each in facts.items()}, indent=1))
    return facts


def _pictures(photos: ShopPhotos, article_ids: list[str], config: ContentConfig, cache: pathlib.Path) -> Encoded:
    if config.picture == "none" or (config.picture != "given" and not photos.folder.is_dir()):
        return Encoded.none(len(article_ids))
    if config.picture == "given":
        return read_given(photos.root / config.given, "picture", article_ids)
    from models.content.picture_encoder import PictureEncoder  # imports TensorFlow

    return encode_photos(photos, article_ids, PictureEncoder(config.picture, config.picture_weights), cache)


def _texts(data_dir: pathlib.Path, articles: pa.Table, config: ContentConfig) -> Encoded:
    ids = articles[columns.ARTICLE_ID].to_pylist()
    if config.text == "none":
        return Encoded.none(len(ids))
    if config.text == "given":
        return read_given(data_dir / config.given, "text", ids)
    parts = [pc.fill_null(articles[name], "") for name in TEXT_COLUMNS]
    texts = pc.utf8_trim_whitespace(pc.binary_join_element_wise(*parts, " ")).to_pylist()
    vectors = static_text.encode(texts)
    return Encoded(encoder=static_text.NAME, vectors=vectors, known=vectors.any(axis=1), encoded=len(texts))


def _fitted(folder: pathlib.Path | None, kind: str, encoder: str) -> Pca | None:
    """The projection of a training. Raises DataError if it was fitted to the vectors of another encoder."""
    if folder is None:
        return None
    trained = json.loads((folder / FACTS_FILE).read_text())[kind]["encoder"]
    if trained != encoder and "none" not in (trained, encoder):
        raise DataError(
            f"content.{kind} must be the encoder of the last training, {trained}. Received: {encoder}; train again "
            "with `lookbook run`"
        )
    return Pca.load(pca_file(folder, kind))
