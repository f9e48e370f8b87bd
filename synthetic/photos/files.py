"""Writes the photos of a shop's articles in H&M's layout. A few articles have none, and two files are broken."""

import dataclasses
import io
import math
import pathlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synthetic.photos.drawing import VARIANTS, Look, draw
from synthetic.photos.silhouettes import SILHOUETTES
from synthetic.vocabulary import FITS, TONES
from transforms import columns
from transforms.atomic_path import atomic_path
from transforms.photos.path_template import DEFAULT_PATH, PathTemplate
from transforms.progress import Progress

MISSING_RATE = 0.01
_QUALITY = 88
_NOT_A_PHOTO = b"<!DOCTYPE html><title>404 Not Found</title><p>The photo was not found.</p>\n"

Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class PhotosSummary:
    """Numbers of articles by the state of their photo.

    Attributes:
        drawn: number of sound photos.
        missing: number of articles without a file.
        broken: number of files that are no sound photo: one is cut off, one is a web page.
    """

    drawn: int
    missing: int
    broken: int


def draw_photos(
    articles: pa.Table, seed: int, to: pathlib.Path, *, tone: Ints, motif: Ints, fit: Ints
) -> PhotosSummary:
    """Draws a photo for nearly every article.

    Args:
        articles: content of `articles.csv`.
        seed: the same seed and articles give the same files.
        to: folder of the CSVs. Each file is written completely or not at all; photos of the same articles are replaced.
        tone: `[articles]` position in `vocabulary.TONES`.
        motif: `[articles]` number of the motif of the article's graphical appearance.
        fit: `[articles]` position in `vocabulary.FITS`.

    Raises:
        OSError: the folder cannot be written.
    """
    ids = articles.column(columns.ARTICLE_ID).to_pylist()
    looks = _looks(articles, seed, tone, motif, fit)
    count = len(ids)
    order = np.random.default_rng([seed, count]).permutation(count)
    missing = set(order[: math.ceil(MISSING_RATE * count)].tolist())
    cut_off, web_page = order[-2:].tolist()
    template = PathTemplate(DEFAULT_PATH)
    with Progress("synthesize", "photos", count) as progress:
        # Articles of one shape follow each other, so that its masks are drawn once.
        for done, row in enumerate(sorted(range(count), key=lambda row: _shape_of(looks[row])), 1):
            path = to / template.paths(ids[row])[0]
            path.unlink(missing_ok=True)
            if row in missing:
                continue
            content = _NOT_A_PHOTO if row == web_page else _jpeg(looks[row])
            with atomic_path(path) as unfinished:
                unfinished.write_bytes(content[: len(content) // 2] if row == cut_off else content)
            progress.reach(done)
    return PhotosSummary(drawn=count - len(missing) - 2, missing=len(missing), broken=2)


def _looks(articles: pa.Table, seed: int, tone: Ints, motif: Ints, fit: Ints) -> list[Look]:
    """What the photo of each article shows. Variants of a product have the same shape and fit."""
    names = (
        columns.ARTICLE_ID,
        columns.PRODUCT_CODE,
        "product_type_name",
        "colour_group_name",
        "graphical_appearance_name",
        "section_name",
    )
    values = (articles.column(name).to_pylist() for name in names)
    rows = zip(*values, tone.tolist(), motif.tolist(), fit.tolist(), strict=True)
    return [
        Look(
            kind=kind,
            colour=colour,
            appearance=appearance,
            section=section,
            variant=int(np.random.default_rng([seed, int(product)]).integers(VARIANTS)),
            number=int(np.random.default_rng([seed, int(article)]).integers(1_000_000)),
            tone=TONES[shade],
            motif=print_number,
            fit=FITS[shape],
        )
        for article, product, kind, colour, appearance, section, shade, print_number, shape in rows
    ]


def _shape_of(look: Look) -> tuple[str, int, str, str, str]:
    return look.kind, look.variant % SILHOUETTES[look.kind][1], look.section, look.appearance, look.fit.name


def _jpeg(look: Look) -> bytes:
    buffer = io.BytesIO()
    draw(look).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
