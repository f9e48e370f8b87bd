"""The file of recommendations, in Kaggle's submission format: `customer_id,prediction`.

A row a customer; the prediction is up to 12 article ids, best first, separated by a space.
"""

from __future__ import annotations

import csv
import os
import pathlib
from collections.abc import Callable, Iterable

HEADER = ("customer_id", "prediction")


def write_submission(
    path: pathlib.Path,
    answers: Iterable[tuple[list[str], list[list[str]]]],
    on_batch: Callable[[int], None] = lambda customers: None,
) -> int:
    """Writes the answers to `path`, which appears whole or not at all.

    Args:
        path: where to; an existing file is replaced at the end.
        answers: batches of customer ids and the article ids of each.
        on_batch: told the number of customers of each batch once it is written.

    Returns:
        The number of customers written.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    written = 0
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            for customers, recommended in answers:
                writer.writerows(
                    (customer, " ".join(articles)) for customer, articles in zip(customers, recommended, strict=True)
                )
                written += len(customers)
                on_batch(len(customers))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return written
