"""Articles whose photos or texts are nearest to those of an article, by the content vectors of the newest states."""

from __future__ import annotations

import functools
import pathlib

import numpy as np

from console.shop import Row, ShopTables
from transforms.columns import ARTICLE_ID
from transforms.content import COMPARED_VALUES, CONTENT_FILE, nearest_rows, read_content
from transforms.errors import DataError
from transforms.parquet import pq
from transforms.state_files import ARTICLES_FILE

NEIGHBOURS = 12


def nearest_by(tables: ShopTables, kind: str, article_id: str) -> list[Row]:
    """The articles nearest to an article in one kind of content, nearest first.

    Args:
        tables: tables of the shop.
        kind: one of `transforms.content.KINDS`.
        article_id: id of the article.

    Returns:
        At most `NEIGHBOURS` articles; none if the states have no vector of the article.
    """
    states = tables.folders.states
    if states is None or not (states / CONTENT_FILE).is_file():
        return []
    ids, vectors = _vectors(states, kind)
    at = ids.index(article_id) if article_id in ids else None
    if at is None or not vectors[at].any():
        return []
    best = nearest_rows(vectors, vectors[at], NEIGHBOURS, left_out=np.arange(len(ids)) == at)
    known = tables.by_id([ids[row] for row in best])
    return [known[ids[row]] for row in best if ids[row] in known]


@functools.lru_cache(maxsize=4)
def _vectors(states: pathlib.Path, kind: str) -> tuple[list[str], np.ndarray]:
    """Ids and unit vectors `[articles, n]` float32; no rows if the folder's files do not fit."""
    ids = pq.read_table(states / ARTICLES_FILE, columns=[ARTICLE_ID])[ARTICLE_ID]
    try:
        content = read_content(states / CONTENT_FILE, ids)[kind]
    except DataError:
        return [], np.zeros((0, 0), np.float32)
    return ids.to_pylist(), content.unit(COMPARED_VALUES)
