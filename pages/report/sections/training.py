"""Section Training: losses and validation figures of the towers and of the ranking network by epoch."""

from __future__ import annotations

import dataclasses

from pages import formats
from pages.blocks import Block, Charts, Heading, Note, Notes, Row, table
from pages.charts.chart import MIDDLE
from pages.charts.lines import Curve, chart_of_curves
from pages.section import Section

Points = tuple[tuple[int, float], ...]
_MAX_TRAININGS = 12
_RANKING = (
    "Loss of the lists. That of the test week is measured after each epoch and decides nothing; in training, dropout "
    "raises the loss. The refitted network also trains on the test week; it is pushed and never judged."
)
_WIDTH = MIDDLE * 5 // 8  # px


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingCurve:
    """Figures of one training by epoch, from 1.

    Attributes:
        name: name of the training.
        loss: mean loss of each epoch.
        validation: by name of the figure, its value after each epoch; empty if nothing was measured.
        validation_loss: loss after each epoch on lists that it was not trained on; empty if it was not measured.
    """

    name: str
    loss: Points
    validation: dict[str, Points] = dataclasses.field(default_factory=dict)
    validation_loss: Points = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingFacts:
    """Facts of the section.

    Attributes:
        towers: trainings of the towers, one a week.
        ranking: trainings of the ranking network.
    """

    towers: tuple[TrainingCurve, ...]
    ranking: tuple[TrainingCurve, ...]


def section(facts: TrainingFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    towers = _of_model("Towers", "One training a week; early stopping watches recall at 100.", facts.towers)
    ranking = _of_model(
        "Ranking network",
        _RANKING,
        facts.ranking,
    )
    lead = "The loss of each epoch, and what was measured after it on purchases that the training had not seen."
    return Section("training", "Training", lead, (*towers, *ranking))


def _of_model(title: str, text: str, trainings: tuple[TrainingCurve, ...]) -> list[Block]:
    shown = [training for training in trainings if training.loss][:_MAX_TRAININGS]
    if not shown:
        return [Heading(title), Notes((Note("There are no logs of this training, or it was taken from checkpoints."),))]
    charts = []
    several = [training for training in shown if len(training.loss) > 1]
    if several:
        losses = [Curve(formats.text(training.name), _floats(training.loss)) for training in several]
        losses += [
            Curve(formats.text(f"{training.name}, test week"), _floats(training.validation_loss))
            for training in several
            if len(training.validation_loss) > 1
        ]
        first, last = several[0].loss[0][1], several[0].loss[-1][1]
        fall = f"{formats.text(several[0].name)}: {first:.3f} in the first epoch, {last:.3f} in the last."
        charts.append(chart_of_curves(losses, x="epoch", y="loss", title="Loss", description=fall, width=_WIDTH))
    for training in shown:
        if any(len(points) > 1 for points in training.validation.values()):
            curves = [Curve(formats.text(name), _floats(points)) for name, points in training.validation.items()]
            best = max(training.validation, key=lambda name: training.validation[name][-1][1])
            end = formats.share(training.validation[best][-1][1])
            line = f"{formats.text(training.name)}: {best} is {end} at the end."
            charts.append(
                chart_of_curves(curves, x="epoch", y="recall", title="Validation", description=line, width=_WIDTH)
            )
    rows: list[Row] = [
        [formats.text(t.name), formats.count(len(t.loss)), f"{t.loss[0][1]:.4f}", f"{t.loss[-1][1]:.4f}"] for t in shown
    ]
    numeric = ("Epochs", "First loss", "Last loss")
    every = table("All trainings", ("Training", *numeric), rows, numeric=numeric, folded=bool(charts))
    return [Heading(title, text), *([Charts(tuple(charts))] if charts else []), every]


def _floats(points: Points) -> tuple[tuple[float, float], ...]:
    return tuple((float(epoch), value) for epoch, value in points)
