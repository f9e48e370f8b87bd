"""Writes recommendations in Kaggle's submission format: `customer_id,prediction`, one row for each customer.

The prediction has up to 12 article ids, best first, separated by a delimiter, by default a space.
"""

from __future__ import annotations

import csv
import pathlib
from collections.abc import Callable, Collection, Iterable

from transforms.atomic_path import atomic_path
from transforms.errors import ConfigError, DataError

HEADER = ("customer_id", "prediction")
SPACE = " "
_FORBIDDEN = ',"\r\n'
_OTHERS = ("|", ";", "\t", "~", "^")


def require_delimiter(delimiter: str) -> None:
    """Checks that a delimiter can separate ids within a field of a CSV.

    Raises:
        ConfigError: the delimiter is not one character, or the CSV format uses it.
    """
    if len(delimiter) != 1 or delimiter in _FORBIDDEN or not (delimiter == "\t" or delimiter.isprintable()):
        raise ConfigError(
            "--delimiter must be one character other than a comma, a quote and a line break, such as '|'. "
            f"Received: {delimiter!r}"
        )


def require_unambiguous(article_ids: Collection[str], delimiter: str) -> None:
    """Checks that no article id contains the delimiter, so that a prediction can be split into ids.

    Args:
        article_ids: ids that may be recommended.
        delimiter: one character.

    Raises:
        DataError: an id contains the delimiter. The message names a delimiter that no id contains.
    """
    ambiguous = [article for article in article_ids if delimiter in article]
    if not ambiguous:
        return
    free = next((other for other in _OTHERS if not any(other in article for article in article_ids)), None)
    remedy = f"add --delimiter {free!r}" if free is not None else "add --delimiter with a character that no id holds"
    raise DataError(
        f"article ids must not hold the delimiter {delimiter!r} of the predictions. Received: {ambiguous[0]!r}"
        + (f" and {len(ambiguous) - 1:,} more" if len(ambiguous) > 1 else "")
        + f"; {remedy}"
    )


def write_submission(
    path: pathlib.Path,
    answers: Iterable[tuple[list[str], list[list[str]]]],
    on_batch: Callable[[int], None] = lambda customers: None,
    *,
    delimiter: str = SPACE,
) -> int:
    """Writes answers to a file, completely or not at all.

    Args:
        path: file to write; an existing file is replaced at the end.
        answers: batches of customer ids and the article ids of each customer.
        on_batch: called after each batch is written with its number of customers.
        delimiter: character between the article ids.

    Returns:
        The number of customers written.

    Raises:
        ConfigError: the delimiter is not valid, or `path` is a folder.
        DataError: an article id contains the delimiter.
    """
    require_delimiter(delimiter)
    if path.is_dir():
        raise ConfigError(f"the file to write must not be a folder. Received: {str(path)!r}; add a file's name")
    written = 0
    with atomic_path(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for customers, recommended in answers:
            predictions = [delimiter.join(articles) for articles in recommended]
            for articles, prediction in zip(recommended, predictions, strict=True):
                if prediction.count(delimiter) != max(len(articles) - 1, 0):
                    require_unambiguous(articles, delimiter)
            writer.writerows(zip(customers, predictions, strict=True))
            written += len(customers)
            on_batch(len(customers))
    return written
