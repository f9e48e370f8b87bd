"""Joins weights and a state into a SavedModel; without usable weights it falls back or raises an error."""

import logging
import pathlib
import shutil

from components.assemble.saved_model import save_own_purchases, save_recommender
from components.model_files import WEIGHTS, write_description
from components.weights import FOLDER, WeightsRecord, read_record
from models.rankings import OWN_PURCHASES
from models.recommender.config import RecommenderConfig
from transforms.calendar import date_of, day_of, load_calendar
from transforms.errors import LookbookError, WeightsError

END = "end"
NO_FALLBACK = "none"


def assemble(
    states: pathlib.Path,
    weights: pathlib.Path,
    as_of: str,
    config: RecommenderConfig,
    to: pathlib.Path,
    *,
    fallback: str = NO_FALLBACK,
) -> None:
    """Writes the SavedModel of the weights with the state of a day.

    The model as of the end is the one to push: it answers by the refitted ranking network, if there is one, and takes
    the weights along, so that a later run finds them in the version.

    Args:
        states: folder of the states.
        weights: folder of an artifact `Weights`.
        as_of: `cut` or `end`.
        config: channels and limits; those the weights were trained with.
        to: folder of the SavedModel.
        fallback: `own_purchases` to write the own-purchases recommender if there are no weights, if today's code cannot
            use them, or if they were trained on purchases of the day or later. `none` to have none.

    Raises:
        ValueError: `fallback` is neither.
        LookbookError: there are no weights or today's code cannot use them, and there is no fallback.
    """
    if fallback not in (NO_FALLBACK, OWN_PURCHASES):
        raise ValueError(f"fallback must be {NO_FALLBACK} or {OWN_PURCHASES}. Received: {fallback!r}")
    day = load_calendar(states).day(as_of)
    record = read_record(weights)
    if record.first_run and fallback == NO_FALLBACK:
        raise LookbookError(
            "a refresh must find weights that were blessed; the served folder has none. Train first: `lookbook run`, "
            "or the pipeline `train` on Kubeflow"
        )
    unusable = None if fallback == NO_FALLBACK else _why_no_baseline(record, day)
    if unusable is None:
        try:
            save_recommender(states, day, weights / FOLDER, config, to, refitted=as_of == END)
        except WeightsError as error:
            if fallback == NO_FALLBACK:
                message = f"a refresh must be able to use the last blessed weights: {error}; train anew"
                raise LookbookError(message) from error
            unusable = f"today's code cannot use the last blessed weights: {error}"
    if unusable is not None:
        logging.warning("own purchases are the baseline: %s", unusable)
        save_own_purchases(states, day, config, to)
        return
    write_description(to, record.fields())
    if as_of == END:
        shutil.copytree(weights / FOLDER, to / WEIGHTS)


def _why_no_baseline(record: WeightsRecord, day: int) -> str | None:
    """Why the weights cannot be judged from a day on; None if they can, as far as their record says."""
    if record.first_run:
        return "no version of another run has been pushed yet"
    until = record.trained_until
    if until is not None and day_of(until) > day:
        return (
            f"the last blessed weights were trained on purchases before {until} and cannot be judged from "
            f"{date_of(day)} on"
        )
    return None
