"""Compares article ids given by a user with the catalogue of a running server."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from transforms.errors import LookbookError

if TYPE_CHECKING:
    from serving.client import RecommenderClient

_LONGEST_PADDED = 16  # digits
_EXAMPLES = 3


def listed(text: str) -> list[str]:
    """Splits a comma-separated list into distinct ids, without quotes and surrounding blanks.

    >>> listed('0706016001, "a,b",,0706016001')
    ['0706016001', 'a,b']
    """
    cells = (cell.strip() for row in csv.reader([text], skipinitialspace=True) for cell in row)
    return list(dict.fromkeys(filter(None, cells)))


def known_to(asked: RecommenderClient, article_ids: Sequence[str]) -> set[str]:
    """Returns the ids that are in the served catalogue."""
    described = asked.describe(article_ids)
    known = {d.article_id for d in described if d.prod_name or d.product_type_name or d.colour_group_name}
    nameless = [i for i in article_ids if i not in known]
    return known | {i for i, found in zip(nameless, asked.similar(nameless, k=1), strict=True) if found}


def check_known(asked: RecommenderClient, article_ids: Sequence[str], what: str) -> str | None:
    """Compares ids with the served catalogue.

    Args:
        asked: client of the server.
        article_ids: distinct ids.
        what: source of the ids, such as `--recent`.

    Returns:
        A line with the number of known ids and the unknown ids; None if all are known.

    Raises:
        LookbookError: no id is known.
    """
    known = known_to(asked, article_ids)
    unknown = [i for i in article_ids if i not in known]
    if not unknown:
        return None
    examples = ", ".join(map(repr, unknown[:_EXAMPLES])) + (", ..." if len(unknown) > _EXAMPLES else "")
    hint = lost_zeros(asked, unknown)
    if not known:
        raise LookbookError(f"{what} must name at least one article that the model knows. Received: {examples}{hint}")
    return f"{len(known)} of {len(article_ids)} articles of {what} are known; ignored: {examples}{hint}"


def lost_zeros(asked: RecommenderClient, unknown: Iterable[str]) -> str:
    """A hint if leading zeros would make some unknown ids known; else an empty text."""
    padded = [i.zfill(width) for i in unknown if i.isdigit() for width in range(len(i) + 1, _LONGEST_PADDED + 1)]
    known = known_to(asked, padded) if padded else set()
    if not known:
        return ""
    examples = ", ".join(sorted(known)[:_EXAMPLES])
    return f"; {len(known)} would be known with leading zeros, as {examples}: keep ids as text, not as numbers"
