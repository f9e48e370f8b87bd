"""Runs one cell, from the CSVs to the figures."""

import time
from typing import Any

from benchmarks.quality.cells import Cell
from benchmarks.quality.judging import judge, to_judge
from benchmarks.quality.purchase_history import read_history
from benchmarks.quality.stages import Stages
from pipeline.oracle import bought_in_test_week
from transforms.calendar import date_of, load_calendar


def run(cell: Cell, stages: Stages) -> dict[str, Any]:
    """Runs the missing stages of a cell and judges the model.

    Args:
        cell: the cell.
        stages: the stages of all cells.
    """
    made, config = stages.of(cell), cell.config
    days = config.label_days
    bought = bought_in_test_week(made.states) if cell.as_of == "cut" else cell.shop.bought_after(cell.back, days)
    calendar = load_calendar(made.states)
    recommender = made.recommender()
    start_s = time.monotonic()
    judged = to_judge(made.states, bought, read_history(made.tables, calendar.day(cell.as_of), bought))
    figures = judge(recommender, judged, detailed=cell.detailed, sampled=cell.sampled, seed=config.seed)
    first = date_of(calendar.cut) if cell.as_of == "cut" else str(cell.shop.end(cell.back, days))
    return {
        "cell": cell.name,
        "data": cell.shop.data.name,
        "settings": list(cell.assignments),
        "first_day": first,
        "label_days": days,
        "max_candidates": config.recommender.max_candidates,
        **figures,
        "stages": {**made.used, "judging": {"key": cell.name, "seconds": time.monotonic() - start_s}},
    }
