"""The photos of a shop, by article id."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from transforms.photos.config import PhotosConfig
from transforms.photos.counts import PhotoCounts, count_photos
from transforms.photos.path_template import PathTemplate
from transforms.photos.photo_file import PhotoError, check_photo, open_photo
from transforms.photos.thumbnail import encoded

if TYPE_CHECKING:
    from PIL import Image


class ShopPhotos:
    """Finds, opens and counts the photos of a shop's articles.

    Args:
        data_dir: folder of the CSVs. It may be a symbolic link; links inside it must not lead out of it.
        config: places of the photos.
    """

    def __init__(self, data_dir: pathlib.Path, config: PhotosConfig | None = None):
        self._root = os.path.realpath(data_dir)
        self._template = PathTemplate((config or PhotosConfig()).path)

    @property
    def root(self) -> pathlib.Path:
        """The data folder, without symbolic links."""
        return pathlib.Path(self._root)

    @property
    def folder(self) -> pathlib.Path:
        """The folder that holds all photos, such as `DATA/images`; it may not exist."""
        return pathlib.Path(self._root, self._template.folder)

    def find(self, article_id: str) -> pathlib.Path | None:
        """Finds the file of an article's photo, without opening it.

        Args:
            article_id: any text.

        Returns:
            The path without symbolic links; None if there is no file inside the data folder.
        """
        try:
            return self.locate(article_id)
        except PhotoError:
            return None

    def open(self, article_id: str, box: tuple[int, int] | None = None) -> Image.Image:
        """Decodes an article's photo to RGB; see `open_photo`.

        Args:
            article_id: any text.
            box: width and height in pixels that suffice, which makes decoding faster; None for the full size.

        Raises:
            PhotoError: the photo is missing or broken.
        """
        path = self.locate(article_id)
        if path is None:
            raise PhotoError(f"article {article_id!r} has no photo in {self.folder}; show a placeholder")
        return open_photo(path, box)

    def thumbnail(
        self, article_id: str, box: tuple[int, int] = (240, 320), kind: str = "JPEG", quality: int = 80
    ) -> bytes | None:
        """Returns an article's photo as a small file.

        Args:
            article_id: any text.
            box: maximum width and height in pixels. The proportions are kept, and small photos are not enlarged.
            kind: `JPEG` or `WEBP`.
            quality: quality of the file, 1 to 95.

        Returns:
            The bytes of the file, without any metadata of the photo; None if the photo is missing or broken.

        Raises:
            ValueError: the box, kind or quality is out of range.
        """
        try:
            image = self.open(article_id, box)
        except PhotoError:
            return None
        return encoded(image, box, kind, quality)

    def count(self, article_ids: Sequence[str]) -> PhotoCounts:
        """Counts found, missing and broken photos.

        Of each file the header and the end are read, so that the photos of a large shop are counted in seconds to a
        minute. Damage in between is not noticed; such a photo is shown as a placeholder too.

        Args:
            article_ids: ids of the shop's articles.
        """
        if not self.folder.is_dir():
            return PhotoCounts(articles=len(article_ids), found=0, missing=len(article_ids), broken=0, listed=())
        return count_photos(article_ids, self._checked)

    def fingerprint(self) -> str:
        """A hash of the names, sizes and times of all files in the folder of the photos, hex; no file is opened."""
        digest = hashlib.blake2b(digest_size=12)
        for folder, folders, names in os.walk(self.folder):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                with contextlib.suppress(OSError):  # a file that was deleted meanwhile
                    status = os.stat(path)
                    digest.update(os.fsencode(path) + f" {status.st_size} {status.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    def _checked(self, article_id: str) -> bool:
        """Whether an article has a photo. Raises PhotoError if the photo is broken."""
        path = self.locate(article_id)
        if path is None:
            return False
        check_photo(path)
        return True

    def locate(self, article_id: str) -> pathlib.Path | None:
        """Finds the file of an article's photo like `find`, and says if it is outside of the data folder.

        Args:
            article_id: any text.

        Returns:
            The path without symbolic links; None if there is no file.

        Raises:
            PhotoError: a link leads out of the data folder.
        """
        for relative in self._template.paths(article_id):
            path = f"{self._root}/{relative}"
            try:
                if not os.path.lexists(path):
                    continue
                real = os.path.realpath(path)
            except (OSError, UnicodeError):  # the file system does not accept the name
                continue
            if not real.startswith(self._root.rstrip("/") + "/"):
                raise PhotoError(f"{os.path.basename(path)} is a link out of the data folder; copy the photos into it")
            return pathlib.Path(real)
        return None
