"""Fingerprint of the files that the content vectors are computed from."""

import hashlib
import os
import pathlib

from components.content.config import ContentConfig
from transforms.photos.shop_photos import ShopPhotos

NONE = "none"


def fingerprint_of_content(photos: ShopPhotos, config: ContentConfig) -> str:
    """Digest of the names, sizes and times of the last change of the photos and given vectors.

    No file is opened: a shop may have a hundred thousand photos.

    Args:
        photos: photos of the shop.
        config: settings.

    Returns:
        The digest; `none` if no file is read.
    """
    read = []
    if config.picture not in ("given", "none") and photos.folder.is_dir():
        read = [pathlib.Path(folder, name) for folder, _, names in os.walk(photos.folder) for name in names]
    if "given" in (config.picture, config.text):
        given = photos.root / config.given
        read += [file for file in (given, given.with_suffix(".ids")) if file.is_file()]
    digest = hashlib.blake2b(digest_size=12)
    for path in sorted(read):
        try:
            status = path.stat()
        except OSError:  # a link that leads nowhere, or a file that was just deleted
            continue
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode(errors="surrogatepass"))
    return digest.hexdigest() if read else NONE
