"""Combines weights and a state in a SavedModel; without usable weights, writes the fallback or raises an error."""

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

    The model as of the end is pushed. It uses the refitted ranking network if there is one, and contains a copy of the
    weights, which a later run reads from the version.

    Args:
        states: folder of the states.
        weights: folder of an artifact `Weights`.
        as_of: `cut` or `end`.
        config: channels and limits, as in the training of the weights.
        to: folder of the SavedModel.
        fallback: `own_purchases` to write the own-purchases recommender if there are no weights, if today's code cannot
            use them, or if they were trained on purchases of the day or later. `none` for no fallback.

    Raises:
        ValueError: `fallback` has another value.
        LookbookError: `fallback` is `none`, and there are no weights or today's code cannot use them.
    """
    if fallback not in (NO_FALLBACK, OWN_PURCHASES):
        raise ValueError(f"fallback must be {NO_FALLBACK} or {OWN_PURCHASES}. Received: {fallback!r}")
    day = load_calendar(states).day(as_of)
    record = read_record(weights)
    if record.first_run and fallback == NO_FALLBACK:
        raise LookbookError(
            "a refresh needs a version with blessed weights; the served folder has none. Train first with "
            "`lookbook run`, or with the pipeline `train` on Kubeflow"
        )
    unusable = None if fallback == NO_FALLBACK else _why_no_baseline(record, day)
    if unusable is None:
        try:
            save_recommender(states, day, weights / FOLDER, config, to, refitted=as_of == END)
        except WeightsError as error:
            if fallback == NO_FALLBACK:
                message = f"a refresh cannot use the last blessed weights: {error}; train again"
                raise LookbookError(message) from error
            unusable = f"today's code cannot use the last blessed weights: {error}"
    if unusable is not None:
        logging.warning("the baseline is the own-purchases recommender: %s", unusable)
        save_own_purchases(states, day, config, to)
        return
    write_description(to, record.fields())
    if as_of == END:
        shutil.copytree(weights / FOLDER, to / WEIGHTS)


def _why_no_baseline(record: WeightsRecord, day: int) -> str | None:
    """Why weights with this record cannot be the baseline of a week from `day` on; None if they can."""
    if record.first_run:
        return "no version of another run has been pushed yet"
    until = record.trained_until
    if until is not None and day_of(until) > day:
        return (
            f"the last blessed weights were trained on purchases before {until} and cannot be judged from "
            f"{date_of(day)} on"
        )
    return None
