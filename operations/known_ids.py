"""Compares ids from a user with those of a model: counts the known ids, and suggests corrections of unknown ids.

A model answers unknown ids with popular articles. Without this check, a list from a spreadsheet that drops leading
zeros would get popular articles for every id.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from transforms.errors import DataError

Lookup = Callable[[Sequence[str]], Collection[str]]
"""Returns those of the given ids that the model knows."""

_MAX_TRIED = 10_000
_MAX_EXAMPLES = 3
_MAX_DIGITS = 16  # longest id that leading zeros are added to


def lookup_in(ids: Iterable[str]) -> Lookup:
    """A lookup in a collection of known ids."""
    return frozenset(ids).intersection


def compare_ids(what: str, ids: Collection[str], known: Collection[str], *, otherwise: str) -> str:
    """Describes how many ids the model knows.

    Args:
        what: kind of the ids, such as `customer`.
        ids: distinct ids from the file.
        known: all ids of the model.
        otherwise: how unknown ids are treated, for the message.

    Returns:
        One line.

    Raises:
        DataError: the model knows no id.
    """
    line = describe_unknown(what, ids, lookup_in(known), otherwise=otherwise, example=next(iter(known), None))
    return line or f"{len(ids):,} of {len(ids):,} {what} ids are known to the model"


def describe_unknown(
    what: str, ids: Collection[str], lookup: Lookup, *, otherwise: str, example: str | None = None
) -> str | None:
    """Describes the ids that the model does not know.

    Args:
        what: kind of the ids, such as `customer`.
        ids: distinct ids.
        lookup: finds the known ids.
        otherwise: how unknown ids are treated, for the message.
        example: an id of the model, for the error message.

    Returns:
        One line; None if the model knows all ids.

    Raises:
        DataError: the model knows no id.
    """
    known = lookup(list(ids)) if ids else ()
    unknown = [given for given in ids if given not in known]
    if not unknown:
        return None
    examples = ", ".join(map(repr, unknown[:_MAX_EXAMPLES])) + (", ..." if len(unknown) > _MAX_EXAMPLES else "")
    hint = near_misses(unknown, lookup)
    hint = f"; {hint}" if hint else ""
    count = len(ids) - len(unknown)
    if not count:
        like = f"; the model's are such as {example!r}" if example is not None else ""
        raise DataError(f"at least one {what} id must be known to the model. Received: {examples}{like}{hint}")
    return f"{count:,} of {len(ids):,} {what} ids are known to the model; {otherwise}: {examples}{hint}"


def near_misses(unknown: Iterable[str], lookup: Lookup) -> str | None:
    """Describes a simple change that makes most of the unknown ids known; None if no change makes one known.

    >>> near_misses(["663713001"], lookup_in(["0663713001"]))
    '1 would be known with leading zeros, as 0663713001: keep ids as text, not as numbers'
    """
    tried = [given for given, _ in zip(unknown, range(_MAX_TRIED), strict=False)]
    candidates = {advice: [change(given) for given in tried] for advice, change in _CHANGES.items()}
    distinct = {one for rows in candidates.values() for row in rows for one in row if one}
    known = lookup(sorted(distinct)) if distinct else ()
    found = {
        advice: [matches[0] for row in rows if (matches := [one for one in row if one in known])]
        for advice, rows in candidates.items()
    }
    advice = max(found, key=lambda advice: len(found[advice]))
    return f"{len(found[advice]):,} would be known {advice.format(found[advice][0])}" if found[advice] else None


def _whole(text: str) -> str:
    """Converts `663713001.0`, as spreadsheets and data frames write whole numbers, to `663713001`."""
    whole, point, fraction = text.partition(".")
    return whole if point and whole.isdigit() and not fraction.strip("0") else text


def _padded(text: str) -> list[str]:
    whole = _whole(text)
    return [whole.zfill(width) for width in range(len(whole) + 1, _MAX_DIGITS + 1)] if whole.isdigit() else []


def _before_delimiter(text: str) -> str:
    for delimiter in (";", "\t", "|", " "):
        text = text.partition(delimiter)[0]
    return text.strip(" '\"")


# Candidates of an unknown id by the advice that leads to them, most likely advice first.
_CHANGES: dict[str, Callable[[str], list[str]]] = {
    "as whole numbers, as {}: keep ids as text, not as numbers": lambda one: [_whole(one)],
    "with leading zeros, as {}: keep ids as text, not as numbers": _padded,
    "without leading zeros, as {}": lambda one: [one.lstrip("0")],
    "without quotes and blanks, as {}": lambda one: [one.strip(" \t'\"`\u00a0")],
    "without what follows a delimiter, as {}: name the column customer_id": lambda one: [_before_delimiter(one)],
    "in lower case, as {}: ids are case-sensitive": lambda one: [one.lower()],
    "in upper case, as {}: ids are case-sensitive": lambda one: [one.upper()],
}
