"""The catalogue as the look model reads it: codes of the attributes, and content vectors of length 1."""

from __future__ import annotations

import dataclasses
import pathlib

import numpy as np
import pyarrow as pa

from components.features.engine import Engine
from models.recommender.style import STYLE_VALUES
from transforms import columns
from transforms.content import read_content, unit_vectors
from transforms.group_codes import group_codes
from transforms.looks import CONTENT_KINDS, LOOK_COLUMNS

MAX_VALUES = 400  # values of an attribute: the most frequent ones; others count as missing


@dataclasses.dataclass(frozen=True)
class LookCatalogue:
    """All articles, by row.

    Attributes:
        codes: `[articles]` int32 codes for each of `LOOK_COLUMNS`; -1 is missing.
        names: names of the codes, for each of `LOOK_COLUMNS`.
        content: `[articles, values]` float32 for each of `CONTENT_KINDS`, of length 1; zeros if there is none.
    """

    codes: dict[str, np.ndarray]
    names: dict[str, list[str]]
    content: dict[str, np.ndarray]

    @property
    def size(self) -> int:
        """Number of articles."""
        return len(self.codes[columns.PRODUCT_CODE])

    @classmethod
    def of(cls, articles: pa.Table, content: dict[str, np.ndarray]) -> LookCatalogue:
        """Makes the catalogue.

        Args:
            articles: the columns `LOOK_COLUMNS` of all articles, sorted by row.
            content: `[articles, size]` floating point vectors for each of `CONTENT_KINDS`.
        """
        codes, names = {}, {}
        for name in LOOK_COLUMNS:
            codes[name], names[name] = group_codes(articles[name])
        return cls(codes, names, {kind: unit_vectors(content[kind][:, :STYLE_VALUES]) for kind in CONTENT_KINDS})

    def frequent(self, attribute: str) -> np.ndarray:
        """Returns the codes of an attribute, `[articles]` int32; -1 for values beyond the `MAX_VALUES` most frequent.

        Args:
            attribute: one of `LOOK_COLUMNS`.
        """
        codes = self.codes[attribute]
        counts = np.bincount(codes[codes >= 0], minlength=len(self.names[attribute]))
        if len(counts) <= MAX_VALUES:
            return codes
        kept = np.zeros(len(counts) + 1, bool)
        kept[np.argsort(-counts, kind="stable")[:MAX_VALUES]] = True
        return np.where(kept[codes], codes, -1).astype(np.int32)


def read_catalogue(engine: Engine, vectors: pathlib.Path) -> LookCatalogue:
    """Reads the catalogue.

    Args:
        engine: engine after `states.prepare`.
        vectors: file of the content vectors.
    """
    wanted = ", ".join((columns.ARTICLE_ID, *LOOK_COLUMNS))
    articles = engine.query(f"select {wanted} from article_rows order by article_row")
    content = read_content(vectors, articles[columns.ARTICLE_ID])
    return LookCatalogue.of(articles, {kind: content[kind].vectors for kind in CONTENT_KINDS})
