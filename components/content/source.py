"""Fingerprint of the files that the content vectors are computed from."""

import hashlib

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
    parts = []
    if config.picture not in ("given", "none") and photos.folder.is_dir():
        parts.append(photos.fingerprint())
    if "given" in (config.picture, config.text):
        given = photos.root / config.given
        for file in (given, given.with_suffix(".ids")):
            if file.is_file():
                status = file.stat()
                parts.append(f"{file.name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=12).hexdigest() if parts else NONE
