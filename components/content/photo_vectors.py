"""Vectors of the photos of a catalogue, of which only those with unknown content are encoded."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import pathlib
from collections.abc import Sequence

import numpy as np

from components.content.encoded import Encoded
from components.content.file_digests import FileDigests
from components.content.vector_cache import VectorCache
from models.content.picture_encoder import PictureEncoder
from transforms.photos.counts import BrokenPhoto
from transforms.photos.photo_file import PhotoError, open_photo
from transforms.photos.shop_photos import ShopPhotos
from transforms.progress import Progress

_BLOCK = 512  # photos whose vectors are written at once
_BOX = (224, 224)  # pixels that suffice, see `open_photo`


def encode_photos(
    photos: ShopPhotos, article_ids: Sequence[str], encoder: PictureEncoder, cache: pathlib.Path
) -> Encoded:
    """Encodes the photos of articles.

    Args:
        photos: photos of the shop.
        article_ids: ids of the articles.
        encoder: encoder of the photos.
        cache: folder of the vectors of earlier runs.
    """
    digests = FileDigests(cache / "files.parquet", photos.root)
    known = VectorCache(cache / encoder.fingerprint, encoder.size)
    threads = len(os.sched_getaffinity(0))
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda article_id: _digest(photos, article_id, digests), article_ids))
        digests.save()
        unknown = {f.digest: f for f in found if isinstance(f, _Found) and f.digest not in known}
        errors = _encode(pool, list(unknown.values()), encoder, known)
    reasons = [each if isinstance(each, str) else each and errors.get(each.digest) for each in found]
    rows = [row for row, each in enumerate(found) if isinstance(each, _Found) and not reasons[row]]
    vectors = np.zeros((len(found), encoder.size), np.float16)
    vectors[rows] = known.vectors([found[row].digest for row in rows])
    return Encoded(
        encoder=encoder.fingerprint,
        vectors=vectors,
        known=np.isin(np.arange(len(found)), rows),
        encoded=len(unknown) - len(errors),
        broken=tuple(
            BrokenPhoto(article_id=article_id, reason=reason)
            for article_id, reason in zip(article_ids, reasons, strict=True)
            if reason
        ),
    )


@dataclasses.dataclass(frozen=True)
class _Found:
    path: pathlib.Path
    digest: bytes


def _digest(photos: ShopPhotos, article_id: str, digests: FileDigests) -> _Found | str | None:
    """The photo of an article, what is wrong with it, or None if there is none."""
    try:
        path = photos.locate(article_id)
        return path and _Found(path, digests.of(path))
    except PhotoError as error:
        return str(error)
    except OSError as error:
        return f"{article_id}: the photo cannot be read ({error.strerror})"


def _encode(
    pool: concurrent.futures.Executor, found: list[_Found], encoder: PictureEncoder, known: VectorCache
) -> dict[bytes, str]:
    """Adds the vectors of photos to the cache. Returns what is wrong with the others, by digest."""

    def encoded(photo: _Found) -> np.ndarray | str:
        try:
            return encoder.encode(open_photo(photo.path, _BOX))
        except PhotoError as error:
            return str(error)

    errors: dict[bytes, str] = {}
    with Progress("content", "photos", len(found)) as progress:
        for start in range(0, len(found), _BLOCK):
            block = found[start : start + _BLOCK]
            vectors = dict(zip((photo.digest for photo in block), pool.map(encoded, block), strict=True))
            errors |= {digest: reason for digest, reason in vectors.items() if isinstance(reason, str)}
            good = {digest: vector for digest, vector in vectors.items() if not isinstance(vector, str)}
            if good:
                known.add(list(good), np.stack(list(good.values())))
            progress.advance(len(block))
    return errors
