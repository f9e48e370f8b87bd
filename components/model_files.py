"""The files of this project in a SavedModel, and the fields of its `lookbook.json`.

Assemble writes them, and Push adds fields. Gates, commands and the model server read them.
"""

import contextlib
import datetime
import json
import pathlib
from collections.abc import Mapping
from typing import Any

EXTRA = pathlib.PurePath("assets.extra")
DESCRIPTION = EXTRA / "lookbook.json"
WEIGHTS = EXTRA / "weights"
CUSTOMER_IDS = EXTRA / "customer_ids.txt"
WARMUP_REQUESTS = EXTRA / "tf_serving_warmup_requests"
DRIFT = EXTRA / "drift"  # statistics of the run, see `components/drift`
REPORT, RUN_RECORD = EXTRA / "report.html", EXTRA / "run.json"  # added after the push; servers ignore both
ARTICLE_IDS = pathlib.PurePath("assets", "article_ids.txt")

WEIGHTS_DIGEST, INDEX_RECALL, CUSTOMERS = "weights_digest", "index_recall", "customers"
AS_OF, JUDGED_AS_OF = "as_of", "judged_as_of"
TRAINED_UNTIL, REFITTED_UNTIL = "trained_until", "refitted_until"
BLESSED, BLESSED_CUSTOMERS = "blessed_map_at_12", "blessed_customers"
RUN_KEY, FIGURES = "run_key", "evaluation"
RECOMMENDER = "recommender"  # `own_purchases` in the own-purchases recommender; other models do not have the field


def description_of(saved_model: pathlib.Path) -> Mapping[str, Any]:
    """Reads the `lookbook.json` of a SavedModel; empty if it is missing or invalid."""
    with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
        description = json.loads((saved_model / DESCRIPTION).read_text(encoding="utf-8"))
        if isinstance(description, dict):
            return description
    return {}


def write_description(saved_model: pathlib.Path, fields: Mapping[str, Any]) -> None:
    """Writes fields to the `lookbook.json` of a SavedModel, and keeps its other fields."""
    path = saved_model / DESCRIPTION
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**description_of(saved_model), **fields}, indent=1) + "\n", encoding="utf-8")


def blessed_map(description: Mapping[str, Any]) -> float | None:
    """MAP@12 with which the weights passed the model gate; None if unknown.

    A run records it as the MAP@12 of its evaluation. A refresh copies it.

    Args:
        description: from `description_of`.
    """
    return description.get(BLESSED, description.get(FIGURES, {}).get("map_at_12"))


def blessed_customers(description: Mapping[str, Any]) -> int | None:
    """Number of customers of `blessed_map`; None if unknown."""
    customers = description.get(BLESSED_CUSTOMERS, description.get(FIGURES, {}).get("customers"))
    return None if customers is None else int(customers)


def as_of(description: Mapping[str, Any]) -> datetime.date | None:
    """Day of the state, the day after the last day of the data; None if unknown."""
    return _date(description.get(AS_OF))


def trained_until(description: Mapping[str, Any]) -> datetime.date | None:
    """The judged weights were trained on purchases dated before this day; None if unknown.

    Versions of earlier releases do not record it; the first day of their judged week is used instead. For versions
    pushed by a run, this is the same day. For versions pushed by a refresh, it is later, unless a refresh used older
    data.

    Args:
        description: from `description_of`.
    """
    return _date(description.get(TRAINED_UNTIL, description.get(JUDGED_AS_OF)))


def refitted_until(description: Mapping[str, Any]) -> datetime.date | None:
    """The refitted ranking network was trained on purchases dated before this day; None if unknown."""
    return _date(description.get(REFITTED_UNTIL))


def _date(text: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except (TypeError, ValueError):  # missing, or not written by this project
        return None
