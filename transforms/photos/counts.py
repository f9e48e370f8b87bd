"""Counts photos that are found, missing and broken."""

import concurrent.futures
import dataclasses
from collections.abc import Callable, Sequence

from transforms.photos.photo_file import PhotoError

MAX_LISTED = 100
_THREADS = 8  # a photo's time is mostly that of the disk
_CHUNK = 500


@dataclasses.dataclass(frozen=True, kw_only=True)
class BrokenPhoto:
    """A photo that cannot be shown.

    Attributes:
        article_id: id of the article.
        reason: what is wrong, and what to do.
    """

    article_id: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class PhotoCounts:
    """Numbers of articles by the state of their photo; the three numbers sum to `articles`.

    Attributes:
        articles: number of articles.
        found: number of articles with a photo whose header and end are sound.
        missing: number of articles without a file.
        broken: number of articles with a file that cannot be shown.
        listed: the first `MAX_LISTED` broken photos, in the order of the articles.
    """

    articles: int
    found: int
    missing: int
    broken: int
    listed: tuple[BrokenPhoto, ...]

    @property
    def line(self) -> str:
        """The numbers in words, such as `1,482 found, 16 missing, 2 broken`."""
        return f"{self.found:,} found, {self.missing:,} missing, {self.broken:,} broken"


def count_photos(article_ids: Sequence[str], checked: Callable[[str], bool]) -> PhotoCounts:
    """Counts photos in several threads.

    Args:
        article_ids: ids of the articles.
        checked: returns whether an article has a photo, and raises PhotoError if it is broken.
    """

    def check_all(start: int) -> tuple[int, list[BrokenPhoto]]:
        found, broken = 0, []
        for article_id in article_ids[start : start + _CHUNK]:
            try:
                found += checked(article_id)
            except PhotoError as error:
                broken.append(BrokenPhoto(article_id=article_id, reason=str(error)))
        return found, broken

    with concurrent.futures.ThreadPoolExecutor(_THREADS) as pool:
        counted = list(pool.map(check_all, range(0, len(article_ids), _CHUNK)))
    found = sum(number for number, _ in counted)
    broken = [photo for _, photos in counted for photo in photos]
    return PhotoCounts(
        articles=len(article_ids),
        found=found,
        missing=len(article_ids) - found - len(broken),
        broken=len(broken),
        listed=tuple(broken[:MAX_LISTED]),
    )
