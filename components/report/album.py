"""The thumbnails that a report shows: each photo once, and only as many as the report has room for."""

from __future__ import annotations

import functools
import pathlib

from transforms.photos.photo_file import PhotoError, open_photo
from transforms.photos.shop_photos import ShopPhotos
from transforms.photos.thumbnail import encoded

BOX = (120, 160)  # px
MAX_BYTES = 2_000_000  # of all files; in the page they take a third more
_QUALITY = 70


class Album:
    """Collects thumbnails.

    Args:
        photos: photos of the shop; None if their folder is unknown.
    """

    def __init__(self, photos: ShopPhotos | None):
        self._shop_photos = photos
        self._keys: dict[str, str | None] = {}
        self._files: dict[str, bytes] = {}
        self._size = 0

    def add(self, article_id: str) -> str | None:
        """Adds the photo of an article, if it has one and there is room for it.

        Args:
            article_id: id of the article.

        Returns:
            The key of the photo in `files`; the same for the same article. None for no photo.
        """
        if article_id not in self._keys:
            self._keys[article_id] = self._added(article_id)
        return self._keys[article_id]

    @property
    def files(self) -> dict[str, bytes]:
        """JPEG files by key."""
        return self._files

    def _added(self, article_id: str) -> str | None:
        path = None if self._shop_photos is None else self._shop_photos.find(article_id)
        try:
            file = None if path is None else _thumbnail(path, path.stat().st_mtime_ns)
        except (OSError, PhotoError):
            return None
        if file is None or self._size + len(file) > MAX_BYTES:
            return None
        key = f"photo-{len(self._files)}"
        self._files[key] = file
        self._size += len(file)
        return key


@functools.lru_cache(maxsize=1024)
def _thumbnail(path: pathlib.Path, changed_ns: int) -> bytes:
    """A photo as a small JPEG. A run writes its report twice, in its last step and at its end."""
    del changed_ns  # a changed file is another one
    return encoded(open_photo(path, BOX), BOX, "JPEG", _QUALITY)
