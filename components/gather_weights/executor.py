"""Gathers the weights of a training into one folder."""

import datetime
import pathlib

from components.weights import FOLDER, WeightsRecord, copy_weights, has_refitted
from models.retrieval.snapshot import snapshot_name
from transforms.calendar import Calendar, date_of


def gather(
    calendar: Calendar,
    snapshots: pathlib.Path,
    ranking: pathlib.Path,
    transform_graph: pathlib.Path,
    content: pathlib.Path,
    to: pathlib.Path,
) -> WeightsRecord:
    """Copies the last snapshot, the ranking networks, Transform's graph and the projections of the content vectors.

    Records the days they were trained on.

    Args:
        calendar: days of the run.
        snapshots: folder of the towers' snapshots.
        ranking: folder of the ranking weights.
        transform_graph: folder of Transform's graph.
        content: folder of the content vectors.
        to: folder of the artifact.

    Returns:
        The record that was written.
    """
    weights = to / FOLDER
    copy_weights(snapshots / snapshot_name(len(calendar.list_days)), ranking, transform_graph, content, weights)
    cut, end = (datetime.date.fromisoformat(date_of(day)) for day in (calendar.cut, calendar.end))
    record = WeightsRecord(trained_until=cut, refitted_until=end if has_refitted(weights) else cut)
    record.write(to)
    return record
