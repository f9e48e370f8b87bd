"""Exports the embeddings of a pushed model: vectors and metadata as TSV and Parquet, for TensorBoard's projector too.

The folder holds, for `articles` and, if customers are given, `customers`:

    articles.parquet        id, attributes, and the embedding as a list of float32
    articles_vectors.tsv    one vector a line, values separated by tabs
    articles_metadata.tsv   id and attributes of each vector, with a header if there are attributes
    articles_sprite.jpg     small photos, in the order of the vectors; only if there are photos
    projector_config.pbtxt  tells TensorBoard about the other files
"""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from operations.projector import SPRITE_FORMAT, Embedding, write_config, write_metadata, write_vectors
from operations.pushed import PushedModel
from operations.sprite import make_sprite
from transforms.atomic_path import atomic_path
from transforms.columns import ARTICLE_ID, CUSTOMER_ID, PRODUCT_NAME, parquet_file
from transforms.parquet import pq
from transforms.photos.shop_photos import ShopPhotos
from transforms.progress import Progress

ARTICLES, CUSTOMERS, EMBEDDING = "articles", "customers", "embedding"
ATTRIBUTES = (
    "product_type_name",
    "product_group_name",
    "colour_group_name",
    "graphical_appearance_name",
    "department_name",
    "index_group_name",
    "section_name",
    "garment_group_name",
)

Batches = Iterator[tuple[list[str], npt.NDArray[np.float32]]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Exported:
    """What an export wrote.

    Attributes:
        articles: number of articles.
        customers: number of customers.
        dimensions: length of the vectors.
        photos: number of articles with a photo in the sprite; None if there is no sprite.
    """

    articles: int
    customers: int
    dimensions: int
    photos: int | None


def export_embeddings(
    model: PushedModel,
    to: pathlib.Path,
    *,
    article_ids: Sequence[str],
    customer_ids: Sequence[str] = (),
    attributes: pa.Table | None = None,
    photos: ShopPhotos | None = None,
) -> Exported:
    """Writes the files of the module's docstring.

    Args:
        model: the pushed model.
        to: folder to write to, created if it is missing. Each file is written completely or not at all; files of an
            earlier export are replaced or deleted.
        article_ids: ids of the model's articles.
        customer_ids: ids of customers that the model knows; may be empty.
        attributes: articles with `article_id` and columns of `ATTRIBUTES`, in any order; None if there are none.
        photos: photos of the articles; None for no sprite.

    Raises:
        LookbookError: the model lacks a signature.
        OSError: the folder cannot be written.
    """
    to.mkdir(parents=True, exist_ok=True)
    for name in (ARTICLES, CUSTOMERS):
        for file in _files(to, name):
            file.unlink(missing_ok=True)
    described = _describe(model, article_ids, attributes)
    vectors = _collect("articles", model.article_embeddings(article_ids), len(article_ids))
    made = [_write(to, ARTICLES, described, vectors)]
    shown = None
    if photos is not None:
        with Progress("embeddings", "photos", len(article_ids)) as progress:
            sprite = make_sprite(photos, article_ids, on_photo=progress.advance)
        if sprite.found:
            made[0] = dataclasses.replace(made[0], sprite=f"{ARTICLES}_sprite.jpg", sprite_side=sprite.side)
            with atomic_path(to / f"{ARTICLES}_sprite.jpg") as unfinished:
                sprite.image.save(unfinished, SPRITE_FORMAT, quality=85)
            shown = sprite.found
    if customer_ids:
        of_customers = _collect("customers", model.customer_embeddings(customer_ids), len(customer_ids))
        made.append(_write(to, CUSTOMERS, pa.table({CUSTOMER_ID: pa.array(customer_ids)}), of_customers))
    write_config(to, made)
    return Exported(articles=len(article_ids), customers=len(customer_ids), dimensions=vectors.shape[1], photos=shown)


def ingested_attributes(out: pathlib.Path) -> pa.Table | None:
    """The attributes of the articles that the newest run in `OUT` ingested; None if its artifacts are not there.

    Args:
        out: folder that the pipeline writes to.
    """
    runs = [path for path in (out / "pipeline" / "Ingest" / "tables").glob("*") if path.name.isdigit()]
    files = [run / parquet_file("articles") for run in sorted(runs, key=lambda run: -int(run.name))]
    found = next((file for file in files if file.is_file()), None)
    return None if found is None else pq.read_table(found, columns=[ARTICLE_ID, *ATTRIBUTES])


def _files(to: pathlib.Path, name: str) -> list[pathlib.Path]:
    endings = (".parquet", "_vectors.tsv", "_metadata.tsv", "_sprite.jpg")
    return [to / f"{name}{ending}" for ending in endings]


def _describe(model: PushedModel, article_ids: Sequence[str], attributes: pa.Table | None) -> pa.Table:
    """Ids, names and attributes of articles, in the order of the ids; "" for what is not known.

    Names, product types and colours are those of the model. The other attributes come from the newest run, which may
    have other articles than the model.
    """
    of_model: dict[str, list[str]] = {}
    for _, described in model.descriptions(article_ids):
        for name, texts in described.items():
            of_model.setdefault(name, []).extend(texts)
    of_run = {} if attributes is None else {row[ARTICLE_ID]: row for row in attributes.to_pylist()}
    columns = {ARTICLE_ID: list(article_ids), PRODUCT_NAME: of_model[PRODUCT_NAME]}
    for name in ATTRIBUTES:
        if name in of_model:
            columns[name] = of_model[name]
        elif attributes is not None:
            columns[name] = [of_run.get(article, {}).get(name) or "" for article in article_ids]
    return pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})


def _collect(what: str, batches: Batches, count: int) -> npt.NDArray[np.float32]:
    """`[count, dim]` embeddings of all batches."""
    parts = []
    with Progress("embeddings", what, count) as progress:
        for ids, vectors in batches:
            parts.append(vectors)
            progress.advance(len(ids))
    return np.concatenate(parts)


def _write(to: pathlib.Path, name: str, metadata: pa.Table, vectors: npt.NDArray[np.float32]) -> Embedding:
    """Writes Parquet and TSV of one kind of id."""
    dimensions = vectors.shape[1]
    values = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), dimensions)
    parquet, vectors_file, metadata_file, _ = _files(to, name)
    with atomic_path(parquet) as unfinished:
        pq.write_table(metadata.append_column(EMBEDDING, values), unfinished, compression="zstd")
    write_vectors(vectors_file, vectors)
    write_metadata(metadata_file, metadata)
    return Embedding(name=name, vectors=vectors_file.name, metadata=metadata_file.name)
