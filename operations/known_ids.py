"""Compares ids given by a user with those of the model: counts known ids and explains near misses.

A model answers unknown ids with popular articles. Without this check, a list saved by a spreadsheet that drops leading
zeros would get popular articles for every id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable

from transforms.errors import DataError

_TRIED = 10_000
_EXAMPLES = 3


def compare_ids(what: str, ids: Collection[str], known: Collection[str], *, otherwise: str) -> str:
    """Describes how many ids the model knows.

    Args:
        what: kind of the ids, such as `customer`.
        ids: distinct ids from the file.
        known: ids of the model.
        otherwise: how unknown ids are treated, for the message.

    Returns:
        One line.

    Raises:
        DataError: the model knows no id.
    """
    there = frozenset(known)
    unknown = [given for given in ids if given not in there]
    count = len(ids) - len(unknown)
    line = f"{count:,} of {len(ids):,} {what} ids are known to the model"
    if not unknown:
        return line
    examples = ", ".join(map(repr, unknown[:_EXAMPLES])) + (", ..." if len(unknown) > _EXAMPLES else "")
    hint = near_misses(unknown, there)
    hint = f"; {hint}" if hint else ""
    if not count:
        example = next(iter(known), None)
        like = f"; the model's are such as {example!r}" if example is not None else ""
        raise DataError(f"at least one {what} id must be known to the model. Received: {examples}{like}{hint}")
    return f"{line}; {otherwise}: {examples}{hint}"


def near_misses(unknown: Iterable[str], known: Collection[str]) -> str | None:
    """Describes a simple change that would make unknown ids known; None if there is none.

    >>> near_misses(["663713001"], {"0663713001"})
    '1 would be known with leading zeros, as 0663713001: keep ids as text, not as numbers'
    """
    tried = [given for given, _ in zip(unknown, range(_TRIED), strict=False)]
    there = frozenset(known)
    best = max(
        ((_matches(tried, there, change), advice) for advice, change in _changes(there)),
        key=lambda found: len(found[0]),
    )
    (matches, advice) = best
    if not matches:
        return None
    return f"{len(matches):,} would be known {advice.format(matches[0])}"


def _changes(known: frozenset[str]) -> list[tuple[str, Callable[[str], str]]]:
    widths = Counter(len(one) for one in known if one.isdigit())
    width = max(widths, key=lambda length: (widths[length], length), default=0)
    by_small_letters = {one.lower(): one for one in known}
    return [
        ("as whole numbers, as {}: keep ids as text, not as numbers", _whole),
        ("with leading zeros, as {}: keep ids as text, not as numbers", lambda one: _whole(one).zfill(width)),
        ("without leading zeros, as {}", lambda one: one.lstrip("0")),
        ("without quotes and blanks, as {}", lambda one: one.strip(" \t'\"`\u00a0")),
        ("without what follows a delimiter, as {}: name the column customer_id", _first),
        (
            "in other letters, as {}: small and capital letters differ",
            lambda one: by_small_letters.get(one.lower(), ""),
        ),
    ]


def _matches(tried: list[str], known: frozenset[str], change: Callable[[str], str]) -> list[str]:
    return [changed for changed in map(change, tried) if changed in known]


def _whole(text: str) -> str:
    """Converts `663713001.0`, as spreadsheets and data frames write whole numbers, to `663713001`."""
    whole, point, fraction = text.partition(".")
    return whole if point and whole.isdigit() and not fraction.strip("0") else text


def _first(text: str) -> str:
    for delimiter in (";", "\t", "|", " "):
        text = text.partition(delimiter)[0]
    return text.strip(" '\"")
