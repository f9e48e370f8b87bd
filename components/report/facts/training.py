"""Facts of the section Training: the event files that TensorBoard's callback wrote, in the trainers' model runs."""

from __future__ import annotations

import pathlib
import re

from components.report.artifacts import RunArtifacts
from models.ranking.config import REFITTED
from pages.report.sections.training import Points, TrainingCurve, TrainingFacts
from pages.section import Absent

_LOSS = "epoch_total_loss"
_RECALL = re.compile(r"epoch_recall_at_(\d+)")
_TRAIN, _VALIDATION = "train", "validation"


def read(artifacts: RunArtifacts) -> TrainingFacts | Absent:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    towers, ranking = (artifacts.folder(step, "model_run") for step in ("retrieval", "ranking"))
    if towers is None and ranking is None:
        if artifacts.record.kind == "refresh":
            return Absent("There are no curves: a refresh trains nothing.")
        return Absent("There are no curves: the run ended before anything was trained.")
    return TrainingFacts(
        towers=tuple(_towers(towers / "logs")) if towers else (),
        ranking=tuple(_ranking(ranking / "logs")) if ranking else (),
    )


def _towers(logs: pathlib.Path) -> list[TrainingCurve]:
    return [_curve(folder.name.replace("-", " "), folder) for folder in sorted(logs.glob("week-*"))]


def _ranking(logs: pathlib.Path) -> list[TrainingCurve]:
    folders = {"judged network": logs, "refitted network": logs / REFITTED}
    return [_curve(name, folder) for name, folder in folders.items() if (folder / _TRAIN).is_dir()]


def _curve(name: str, folder: pathlib.Path) -> TrainingCurve:
    measured = _scalars(folder / _VALIDATION)
    recalls = sorted((int(at[1]), points) for tag, points in measured.items() if (at := _RECALL.fullmatch(tag)))
    return TrainingCurve(
        name=name,
        loss=_scalars(folder / _TRAIN).get(_LOSS, ()),
        validation={f"recall at {k}": points for k, points in recalls},
        validation_loss=measured.get(_LOSS, ()),
    )


def _scalars(folder: pathlib.Path) -> dict[str, Points]:
    """The scalars of all event files of a folder by tag. An epoch that was repeated after a restart counts once."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    from tensorboard.util import tensor_util

    found: dict[str, dict[int, float]] = {}
    for path in sorted(folder.glob("events.out.tfevents.*")) if folder.is_dir() else ():
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                if value.metadata.plugin_data.plugin_name == "scalars":
                    points = found.setdefault(value.tag, {})
                    points[event.step + 1] = float(tensor_util.make_ndarray(value.tensor).item())
    return {tag: tuple(sorted(points.items())) for tag, points in found.items()}
