"""Builds states, transform examples and judged examples from the ingested tables, in one engine session."""

import dataclasses
import json
import pathlib
import shutil
import tempfile

from components.features.config import FeaturesConfig
from components.features.engine import Engine
from components.features.engines import open_engine
from components.features.examples import write_judged_examples, write_transform_examples
from components.features.list_weeks import choose_list_weeks
from components.features.states import StateWriter, prepare
from transforms.availability import availability_rows
from transforms.calendar import Calendar, plan
from transforms.columns import ARTICLE_ID, parquet_file
from transforms.content import CONTENT_FILE
from transforms.parquet import pq
from transforms.progress import Progress
from transforms.state_files import ARTICLES_FILE, AVAILABILITY_FILE, labels_file


@dataclasses.dataclass(frozen=True)
class Outputs:
    """Output folders of `build_features`.

    Attributes:
        states: receives the states, `articles.parquet`, `customers.parquet`, `content.parquet`, `calendar.json`,
            `availability.parquet` if the shop has a table of it, and `labels/YYYY-MM-DD.parquet` with the purchases of
            the week from each list day.
        examples: receives the splits `articles`, `customers` and `purchases`. None if nothing is trained: then there
            are no list weeks and no states for them.
        judged: receives the split `eval`.
    """

    states: pathlib.Path
    examples: pathlib.Path | None
    judged: pathlib.Path


def build_features(
    tables: pathlib.Path, content: pathlib.Path, to: Outputs, config: FeaturesConfig, label_days: int
) -> Calendar:
    """Builds everything the models read.

    Args:
        tables: folder of the ingested tables.
        content: file of the articles' content vectors, which becomes part of the states.
        to: output folders.
        config: settings.
        label_days: length of a week, in days.

    Returns:
        The days of the run.

    Raises:
        DataError: the data are too short for the test week and, if models are trained, one list week.
    """
    with tempfile.TemporaryDirectory(prefix="lookbook-spill-") as spill:
        engine = open_engine(config, pathlib.Path(spill))
        try:
            prepare(engine, tables, to.states)
            shutil.copyfile(content, to.states / CONTENT_FILE)
            _write_availability(tables, to.states)
            days = engine.query("select min(day) as first, max(day) as last from purchases").to_pylist()[0]
            first, end = days["first"], days["last"] + 1
            weeks = 0
            if to.examples is not None:
                weeks = choose_list_weeks(engine, first=first, end=end, label_days=label_days, config=config)
            calendar = plan(first=first, last=days["last"], label_days=label_days, list_weeks=weeks)
            calendar.save(to.states)
            labels_file(to.states, calendar.cut).parent.mkdir(exist_ok=True)
            _write_states(engine, calendar, to.states, config)
            counts = {"judged": write_judged_examples(engine, calendar, to.judged)}
            if to.examples is not None:
                window_days = config.interaction_window_days
                counts["purchases"] = write_transform_examples(engine, calendar, window_days, to.examples)
        finally:
            engine.close()
    (to.states / "counts.json").write_text(json.dumps(counts))
    return calendar


def _write_availability(tables: pathlib.Path, to: pathlib.Path) -> None:
    """Writes the availability with article rows, if the shop has a table of it."""
    table = tables / parquet_file("availability")
    if table.exists():
        ids = pq.read_table(to / ARTICLES_FILE, columns=[ARTICLE_ID])[ARTICLE_ID]
        pq.write_table(availability_rows(pq.read_table(table), ids), to / AVAILABILITY_FILE)


def _write_states(engine: Engine, calendar: Calendar, to: pathlib.Path, config: FeaturesConfig) -> None:
    """Writes the states and labels of all days. Progress counts the purchases that each state reads."""
    counted = engine.query("select day, count(*) as purchases from purchases group by day")
    days, purchases = counted["day"].to_numpy(), counted["purchases"].to_numpy()
    reads = {day: int(purchases[days < day].sum()) for day in calendar.state_days}
    writer = StateWriter(engine, calendar.state_days, config, calendar.label_days)
    done = 0
    with Progress("states", "purchases", sum(reads.values())) as progress:

        def on_table(share: float) -> None:
            progress.reach(done + int(share * reads[day]))

        for day in calendar.state_days:
            week_end = day + calendar.label_days if day < calendar.end else None
            writer.write(day, to, on_table, until=week_end, looks=day >= calendar.cut)
            if week_end is not None:
                engine.write("labels", labels_file(to, day), first=day, end=week_end)
            done += reads[day]
