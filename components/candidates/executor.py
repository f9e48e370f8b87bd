"""Builds the lists of every list week and of the test week, each with the state and the towers of that week."""

import json
import logging
import os
import pathlib
import shutil
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from components.candidates import lists
from components.candidates.config import CandidatesConfig
from components.candidates.figures import WeekFigures
from components.examples import write_examples
from models.recommender.builder import STATES, TOWERS, RecommenderBuilder
from models.recommender.candidates import active_channels
from models.recommender.config import RecommenderConfig
from models.recommender.recommender import Recommender
from models.retrieval.snapshot import snapshot_name
from transforms.calendar import FILE as CALENDAR_FILE
from transforms.calendar import Calendar, date_of, load_calendar
from transforms.errors import DataError
from transforms.parquet import pq
from transforms.progress import Progress
from transforms.state_files import labels_file, state_folder

SPLIT = "train"
FIGURES_FILE = "figures.json"
_CUSTOMERS_PER_LIST = 8  # maximum number of customers to try per list; a list must hold a positive
_CUSTOMERS_PER_PART = 2  # per list


def make_lists(
    states: pathlib.Path,
    towers: pathlib.Path,
    transform_graph: pathlib.Path,
    recommender_config: RecommenderConfig,
    config: CandidatesConfig,
    to: pathlib.Path,
) -> dict[str, dict[str, Any]]:
    """Writes the lists of all weeks. List week i uses the state of its first day and the towers of week i.

    Lists of the test week are built in the same way. Only the refitted network, which is not judged, trains on them.
    Customers without a purchase before a week get no list of it.

    Args:
        states: folder of the states.
        towers: folder of the snapshots.
        transform_graph: folder of the transform graph.
        recommender_config: channels and limits.
        config: settings of the lists.
        to: folder of the Examples artifact; lists are written to its split `train`.

    Returns:
        By date of the week: the figures of the customers for whom candidates were found, as of `WeekFigures.as_tree`.

    Raises:
        DataError: no list holds an article that the customer bought, so there is nothing to train on.
    """
    calendar = load_calendar(states)
    builder = RecommenderBuilder(recommender_config, states, transform_graph)
    tables, figures = [], {}
    weeks = list(enumerate((*calendar.list_days, calendar.cut)))
    labels_of = {day: _labels(states, day, config, config.seed + week) for week, day in weeks}
    with Progress("lists", "customers", sum(len(labels.customer_rows) for labels in labels_of.values())) as progress:
        for week, day in weeks:
            recommender = builder.build(day, towers / snapshot_name(week))
            table, figures[date_of(day)] = _lists_of_week(recommender, day, labels_of[day], config, week, progress)
            tables.append(table)
            logging.info("lists of %s: %s", date_of(day), figures[date_of(day)])
    if not any(table.num_rows for table in tables[:-1]):  # the last is the test week, for the refitted network
        raise DataError(_no_positives(calendar, sum(figures[date_of(day)]["customers"] for day in calendar.list_days)))
    write_examples(pa.concat_tables(tables), to / f"Split-{SPLIT}")
    (to / FIGURES_FILE).write_text(json.dumps(figures, indent=1))
    return figures


def _no_positives(calendar: Calendar, customers: float) -> str:
    return (
        f"at least one candidate list of the weeks from {date_of(calendar.list_days[0])} until {date_of(calendar.cut)} "
        f"must hold an article that its customer bought. Received: no such list for {customers:,.0f} customers who "
        "bought then; give data of more days, or let the channels propose more (recommender.channels)"
    )


def _lists_of_week(
    recommender: Recommender, day: int, labels: lists.Labels, config: CandidatesConfig, week: int, progress: Progress
) -> tuple[pa.Table, dict[str, Any]]:
    """Returns at most `max_lists_per_week` lists, and figures of the customers tried."""
    num_articles, seed = recommender.state.num_articles, config.seed + week
    figures = WeekFigures([name for name, _ in active_channels(recommender.config)])
    tables, customers = [], 0
    for part in lists.random_parts(labels, _CUSTOMERS_PER_PART * config.max_lists_per_week, seed):
        bits = None
        if config.negatives == "random":
            rows, hits = lists.random_lists(part, num_articles, config.negatives_per_positive, seed)
            progress.advance(len(rows))
        else:
            rows, hits, bits = lists.candidate_lists(recommender, part, progress.advance)
        tables.append(lists.as_table(day, part.customer_rows, rows, hits, num_articles))
        customers += len(rows)
        figures.add(part, hits, bits, candidates=int((rows < num_articles).sum()))
        if sum(table.num_rows for table in tables) >= config.max_lists_per_week:
            break
    progress.reduce_total(len(labels.customer_rows) - customers)
    return lists.sample(pa.concat_tables(tables), config.max_lists_per_week, seed), figures.as_tree()


def _labels(states: pathlib.Path, day: int, config: CandidatesConfig, seed: int) -> lists.Labels:
    """Reads the purchases of a week, of customers with a past: the network does not rank for the others.

    If no customer of the week has a past, all customers are taken.
    """
    purchases = pq.read_table(labels_file(states, day))
    history = pq.read_table(state_folder(states, day) / "history.parquet", columns=["customer_row"])
    has_past = pc.is_in(purchases["customer_row"], history["customer_row"].unique())
    if pc.any(has_past).as_py():
        purchases = purchases.filter(has_past)
    return lists.group_labels(purchases, _CUSTOMERS_PER_LIST * config.max_lists_per_week, seed)


def copy_figures(states: pathlib.Path, lists_folder: pathlib.Path, to: pathlib.Path) -> None:
    """Copies the figures of the lists and the calendar, so that who reads them needs neither lists nor states.

    Args:
        states: folder of the states.
        lists_folder: folder of the lists.
        to: folder of the figures, created if it does not exist.
    """
    to.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(lists_folder / FIGURES_FILE, to / FIGURES_FILE)
    shutil.copyfile(states / CALENDAR_FILE, to / CALENDAR_FILE)


def bundle(states: pathlib.Path, towers: pathlib.Path, to: pathlib.Path) -> None:
    """Copies states and snapshots into one folder, from which the ranking trainer builds recommenders.

    TFX's Trainer takes one base model, so both must be in one artifact. Files are hard links if the file system
    supports them: the states of a large shop take gigabytes, and artifacts are never changed.

    Args:
        states: folder of the states.
        towers: folder of the snapshots.
        to: folder of the base model.
    """
    for source, name in ((states, STATES), (towers, TOWERS)):
        shutil.copytree(source, to / name, dirs_exist_ok=True, copy_function=_link)


def _link(source: str, to: str) -> None:
    # A file left by an interrupted step may be a link; writing to it would change the source.
    pathlib.Path(to).unlink(missing_ok=True)
    try:
        os.link(source, to)
    except OSError:
        shutil.copy2(source, to)
