"""The articles of the state with what the insights read of them."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from models.recommender.recommender import Recommender
from models.recommender.state import ARTICLE_NUMBERS
from transforms.columns import ARTICLE_ID, PRODUCT_CODE, PRODUCT_NAME
from transforms.group_codes import group_codes
from transforms.parquet import pq
from transforms.state_files import ARTICLES_FILE

PRODUCT_TYPE, PRODUCT_GROUP, COLOUR = "product_type_name", "product_group_name", "colour_group_name"


@dataclasses.dataclass(frozen=True)
class ShopArticles:
    """Articles by row.

    Attributes:
        ids: article ids.
        names: texts by column, "" where unknown.
        product_types: `[articles]` int32 codes; -1 is unknown.
        products: `[articles]` int32 codes of the products, whose variants share one.
        numbers: `[articles, len(ARTICLE_NUMBERS)]` float32, see `ARTICLE_NUMBERS`.
        vectors: `[articles, dim]` float32 of the candidate tower.
    """

    ids: list[str]
    names: dict[str, list[str]]
    product_types: npt.NDArray[np.int32]
    products: npt.NDArray[np.int32]
    numbers: npt.NDArray[np.float32]
    vectors: npt.NDArray[np.float32]

    def number(self, name: str) -> npt.NDArray[np.float32]:
        """One of `ARTICLE_NUMBERS`, `[articles]` float32."""
        return self.numbers[:, ARTICLE_NUMBERS.index(name)]

    def rows_of(self, ids: Iterable[str]) -> list[int]:
        """Rows of ids; ids that the state does not have are left out."""
        rows = self._rows
        return [rows[article] for article in ids if article in rows]

    def described(self, row: int) -> dict[str, str]:
        """Id, name, product type and colour of an article, as a tree for JSON."""
        return {
            "article_id": self.ids[row],
            "name": self.names[PRODUCT_NAME][row],
            "type": self.names[PRODUCT_TYPE][row],
            "colour": self.names[COLOUR][row],
        }

    @functools.cached_property
    def _rows(self) -> dict[str, int]:
        return {article: row for row, article in enumerate(self.ids)}


def read_articles(states: pathlib.Path, recommender: Recommender) -> ShopArticles:
    """Reads the articles of a state.

    Args:
        states: folder of the states.
        recommender: recommender of the state.
    """
    columns = (PRODUCT_NAME, PRODUCT_TYPE, PRODUCT_GROUP, COLOUR)
    table = pq.read_table(states / ARTICLES_FILE, columns=[ARTICLE_ID, PRODUCT_CODE, *columns])
    return ShopArticles(
        ids=table[ARTICLE_ID].to_pylist(),
        names={name: [text or "" for text in table[name].to_pylist()] for name in columns},
        product_types=group_codes(table[PRODUCT_TYPE])[0],
        products=group_codes(table[PRODUCT_CODE])[0],
        numbers=recommender.state.article_numbers.numpy()[:-1],
        vectors=recommender.inputs.embeddings.numpy()[:-1],
    )
