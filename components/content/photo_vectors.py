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
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        found = list(pool.map(lambda article_id: _find(photos, article_id, digests), article_ids))
        digests.save()
        unknown = {photo.digest: photo for photo in found if photo.path and photo.digest not in known}
        problems = _encode(pool, list(unknown.values()), encoder, known)
    reasons = [problems.get(photo.digest, photo.problem) for photo in found]
    rows = [row for row, photo in enumerate(found) if photo.path and not reasons[row]]
    vectors = np.zeros((len(found), encoder.size), np.float16)
    vectors[rows] = known.vectors([found[row].digest for row in rows])
    return Encoded(
        encoder=encoder.fingerprint,
        vectors=vectors,
        known=np.isin(np.arange(len(found)), rows),
        encoded=len(unknown) - len(problems),
        broken=tuple(
            BrokenPhoto(article_id=article_id, reason=reason)
            for article_id, reason in zip(article_ids, reasons, strict=True)
            if reason
        ),
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Photo:
    """The file of a photo; without a path there is none, or it has the problem."""

    path: pathlib.Path | None = None
    digest: bytes = b""
    problem: str = ""


def _find(photos: ShopPhotos, article_id: str, digests: FileDigests) -> _Photo:
    try:
        path = photos.locate(article_id)
        return _Photo() if path is None else _Photo(path=path, digest=digests.of(path))
    except PhotoError as error:
        return _Photo(problem=str(error))
    except OSError as error:
        return _Photo(problem=f"the photo of {article_id} cannot be read ({error.strerror}); copy the file again")


def _encode(
    pool: concurrent.futures.Executor, photos: list[_Photo], encoder: PictureEncoder, known: VectorCache
) -> dict[bytes, str]:
    """Adds the vectors of photos to the cache. Returns the problems of the others, by digest."""

    def encoded(photo: _Photo) -> np.ndarray | str:
        assert photo.path is not None
        try:
            return encoder.encode(open_photo(photo.path, _BOX))
        except PhotoError as error:
            return str(error)

    problems: dict[bytes, str] = {}
    with Progress("content", "photos", len(photos)) as progress:
        for start in range(0, len(photos), _BLOCK):
            block = photos[start : start + _BLOCK]
            results = list(zip((photo.digest for photo in block), pool.map(encoded, block), strict=True))
            problems |= {digest: result for digest, result in results if isinstance(result, str)}
            good = [(digest, result) for digest, result in results if not isinstance(result, str)]
            if good:
                known.add([digest for digest, _ in good], np.stack([vector for _, vector in good]))
            progress.advance(len(block))
    return problems
