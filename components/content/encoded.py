"""Vectors of one kind before the projection, and how they came about."""

from __future__ import annotations

import dataclasses

import numpy as np

from transforms.photos.counts import BrokenPhoto


@dataclasses.dataclass(frozen=True, kw_only=True)
class Encoded:
    """Vectors of a catalogue.

    Attributes:
        encoder: name of the encoder, with a digest of its weights; `none` if there is none.
        vectors: `[articles, size]` float16 or float32; zeros where `known` is false.
        known: `[articles]` bool, whether the article has a vector.
        encoded: number of photos or texts that were encoded by this run.
        broken: the photos that cannot be encoded, in the order of the articles.
    """

    encoder: str
    vectors: np.ndarray
    known: np.ndarray
    encoded: int = 0
    broken: tuple[BrokenPhoto, ...] = ()

    @classmethod
    def none(cls, articles: int) -> Encoded:
        """Vectors of a catalogue in which no article has one."""
        return cls(encoder="none", vectors=np.zeros((articles, 0), np.float16), known=np.zeros(articles, bool))
