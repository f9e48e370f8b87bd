"""Makes the lists of every list week and of the test week, each with the state and the towers of that week."""

import json
import logging
import os
import pathlib
import shutil

import pyarrow as pa

from components.candidates import lists
from components.candidates.config import CandidatesConfig
from components.examples import write_examples
from models.recommender.builder import STATES, TOWERS, RecommenderBuilder
from models.recommender.config import RecommenderConfig
from models.recommender.recommender import Recommender
from models.retrieval.snapshot import snapshot_name
from transforms.calendar import Calendar, date_of, load_calendar
from transforms.errors import DataError
from transforms.parquet import pq
from transforms.progress import Progress
from transforms.state_files import labels_file

SPLIT = "train"
_CUSTOMERS_PER_LIST = 8  # looked at to find a list, at most; a list holds something that was bought
_CUSTOMERS_AT_ONCE = 2


def make_lists(
    states: pathlib.Path,
    towers: pathlib.Path,
    transform_graph: pathlib.Path,
    recommender_config: RecommenderConfig,
    config: CandidatesConfig,
    to: pathlib.Path,
) -> dict[str, dict[str, float]]:
    """Writes the lists; list week i is made with the state of its first day and the towers of week i.

    The test week's are made in the same way, for the network that is trained once more after it was judged.

    Args:
        states: folder of the states.
        towers: folder of the snapshots.
        transform_graph: folder of Transform's graph.
        recommender_config: channels and limits.
        config: how lists are drawn.
        to: the Examples artifact; lists go to its split `train`.

    Returns:
        By date of the week, of the customers looked at: `customers`, their number, `recall` (mean share of purchases
        among the candidates) and `candidates` (mean number).

    Raises:
        DataError: no list holds an article that was bought, so there is nothing to train on.
    """
    calendar = load_calendar(states)
    builder = RecommenderBuilder(recommender_config, states, transform_graph)
    tables, figures = [], {}
    weeks = list(enumerate((*calendar.list_days, calendar.cut)))
    labels_of = {day: _labels(states, day, config, config.seed + week) for week, day in weeks}
    with Progress("lists", "customers", sum(len(labels.customers) for labels in labels_of.values())) as progress:
        for week, day in weeks:
            recommender = builder.build(day, towers / snapshot_name(week))
            table, figures[date_of(day)] = _lists_of_week(recommender, day, labels_of[day], config, week, progress)
            tables.append(table)
            logging.info("lists of %s: %s", date_of(day), figures[date_of(day)])
    if not any(table.num_rows for table in tables[:-1]):  # the last is the test week, for the refitted network
        raise DataError(
            _nothing_to_learn(calendar, sum(figures[date_of(day)]["customers"] for day in calendar.list_days))
        )
    write_examples(pa.concat_tables(tables), to / f"Split-{SPLIT}")
    (to / "figures.json").write_text(json.dumps(figures, indent=1))
    return figures


def _nothing_to_learn(calendar: Calendar, customers: float) -> str:
    return (
        f"at least one candidate list of the weeks from {date_of(calendar.list_days[0])} until {date_of(calendar.cut)} "
        f"must hold an article that its customer bought. Of {customers:,.0f} customers who bought then none has such a "
        "list: give data of more days, or let the channels propose more (recommender.channels)"
    )


def _lists_of_week(
    recommender: Recommender, day: int, labels: lists.Labels, config: CandidatesConfig, week: int, progress: Progress
) -> tuple[pa.Table, dict[str, float]]:
    """At most `max_lists_per_week` lists, and figures of the customers looked at to find them."""
    articles, seed = recommender.state.articles, config.seed + week
    tables, customers, found, candidates = [], 0, 0.0, 0
    for part in lists.parts(labels, _CUSTOMERS_AT_ONCE * config.max_lists_per_week, seed):
        if config.negatives == "random":
            rows, hits = lists.random_lists(part, articles, config.negatives_per_positive, seed)
            progress.advance(len(rows))
        else:
            rows, hits = lists.candidate_lists(recommender, part, progress.advance)
        tables.append(lists.as_table(day, part.customers, rows, hits, articles))
        customers += len(rows)
        found += len(rows) * lists.recall(hits, part)
        candidates += int((rows < articles).sum())
        if sum(table.num_rows for table in tables) >= config.max_lists_per_week:
            break
    progress.leave_out(len(labels.customers) - customers)
    table = lists.sample(pa.concat_tables(tables), config.max_lists_per_week, seed)
    count = max(customers, 1)
    return table, {"customers": customers, "recall": found / count, "candidates": candidates / count}


def _labels(states: pathlib.Path, day: int, config: CandidatesConfig, seed: int) -> lists.Labels:
    bought = pq.read_table(labels_file(states, day))
    return lists.group_labels(bought, _CUSTOMERS_PER_LIST * config.max_lists_per_week, seed)


def bundle(states: pathlib.Path, towers: pathlib.Path, to: pathlib.Path) -> None:
    """Puts states and snapshots in one folder: what the ranking trainer builds the graph from.

    TFX's Trainer takes one base model, so they travel together. Files are linked where the disk can: states of a large
    shop are gigabytes, and an artifact is never changed.
    """
    for source, name in ((states, STATES), (towers, TOWERS)):
        shutil.copytree(source, to / name, dirs_exist_ok=True, copy_function=_link)


def _link(source: str, to: str) -> None:
    # What a stopped step left may be a link: to write into it would change the source.
    pathlib.Path(to).unlink(missing_ok=True)
    try:
        os.link(source, to)
    except OSError:
        shutil.copy2(source, to)
