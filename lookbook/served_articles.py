"""Article ids on the command line, and a lookup of ids in the catalogue of a running server."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import TYPE_CHECKING

from operations.known_ids import Lookup

if TYPE_CHECKING:
    from serving.client import RecommenderClient


def parse_ids(text: str) -> list[str]:
    """Splits a comma-separated list into distinct ids, without quotes and surrounding blanks.

    >>> parse_ids('0706016001, "a,b",,0706016001')
    ['0706016001', 'a,b']
    """
    cells = (cell.strip() for row in csv.reader([text], skipinitialspace=True) for cell in row)
    return list(dict.fromkeys(filter(None, cells)))


def served_articles(client: RecommenderClient) -> Lookup:
    """A lookup of article ids in the catalogue of the server.

    An article is known if it has a description or, if all its texts are empty, similar articles.
    """

    def lookup(article_ids: Sequence[str]) -> set[str]:
        described = client.describe(article_ids)
        known = {d.article_id for d in described if d.prod_name or d.product_type_name or d.colour_group_name}
        nameless = [i for i in article_ids if i not in known]
        return known | {i for i, found in zip(nameless, client.similar(nameless, k=1), strict=True) if found}

    return lookup
