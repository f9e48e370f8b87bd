"""Tunes the settings of the towers and the ranking network on past weeks of a run."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Collection, Mapping
from typing import Any

from models.tuning.ranking import METRIC as RANKING_METRIC
from models.tuning.towers import METRIC as TOWERS_METRIC
from operations.run_artifacts import find_artifacts
from pipeline.config import PipelineConfig
from pipeline.local import run_locally
from pipeline.out_lock import shared_lock
from pipeline.step_callbacks import StepCallbacks
from pipeline.toml_text import to_toml
from pipeline.tuning import RANKING, RETRIEVAL, create_tuning_pipeline, step_of
from transforms.atomic_path import atomic_path
from transforms.settings import Settings

METRICS = {RETRIEVAL: TOWERS_METRIC, RANKING: RANKING_METRIC}
FOLDER = "tuning"
_RESULTS = "tuner_results.json"


@dataclasses.dataclass(frozen=True)
class TriedSettings:
    """A finished trial.

    Attributes:
        number: number of the trial, from 1; the first has the settings of the run.
        settings: value of each tuned setting.
        score: the metric on the validation weeks.
    """

    number: int
    settings: Mapping[str, int | float | str]
    score: float


@dataclasses.dataclass(frozen=True)
class Tuned:
    """The trials of one part.

    Attributes:
        part: `retrieval` or `ranking`, the name of the section.
        metric: name of the score; higher is better.
        trials: all trials, best first; of equal scores, the earlier first.
    """

    part: str
    metric: str
    trials: tuple[TriedSettings, ...]

    @property
    def best(self) -> TriedSettings:
        """The best trial."""
        return self.trials[0]

    @property
    def of_run(self) -> TriedSettings:
        """The trial with the settings of the run."""
        return next(trial for trial in self.trials if trial.number == 1)


def tune(
    out: pathlib.Path,
    config: PipelineConfig,
    trials: int,
    parts: Collection[str],
    callbacks: StepCallbacks | None = None,
) -> list[Tuned]:
    """Runs the tuning pipeline on the newest run in `OUT`; finished trials of an earlier call are not repeated.

    Args:
        out: output folder of `lookbook run`. Everything is written to `OUT/tuning`.
        config: all settings of the run.
        trials: number of trials of each part, finished ones included.
        parts: `retrieval`, `ranking` or both.
        callbacks: called for each step.

    Raises:
        DataError: there is no run in `OUT`, or it has fewer than two list weeks.
        StepError: a training failed.
    """
    folder = out.resolve() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with shared_lock(out):
        pipeline = create_tuning_pipeline(config, find_artifacts(out.resolve()), folder, dict.fromkeys(parts, trials))
        steps = run_locally(pipeline, folder / "metadata.db", callbacks)
    return [_read(part, steps[step_of(part)].outputs["tuner_results"]) for part in METRICS if part in parts]


def write_preset(config: PipelineConfig, tuned: Collection[Tuned], to: pathlib.Path) -> None:
    """Writes the settings of the run with the best ones found, those that differ from the defaults.

    Args:
        config: all settings of the run.
        tuned: result of `tune`.
        to: TOML file to write, a preset of `lookbook run`.
    """
    best = config.replace(**{part.part: getattr(config, part.part).replace(**part.best.settings) for part in tuned})
    lines = ["# Written by `lookbook tune`: the settings that differ from the defaults."]
    for part in tuned:
        lines.append(
            f"# {part.part}: {part.metric} {part.best.score:.4f} in trial {part.best.number} of {len(part.trials)}, "
            f"{part.of_run.score:.4f} with the settings of the run."
        )
    with atomic_path(to) as unfinished:
        unfinished.write_text("\n".join([*lines, to_toml(_changes(best, type(best)()))]), encoding="utf-8")


def _changes(settings: Settings, default: Settings) -> dict[str, Any]:
    """The tree of the settings that differ from `default`."""
    tree: dict[str, Any] = {}
    for name, value in settings:
        if isinstance(value, Settings):
            inner = _changes(value, getattr(default, name))
            tree |= {name: inner} if inner else {}
        elif value != getattr(default, name):
            tree[name] = value
    return tree


def _read(part: str, folder: pathlib.Path) -> Tuned:
    rows = json.loads((folder / _RESULTS).read_text())
    trials = []
    for row in rows:
        number, score = int(row.pop("trial_id")) + 1, float(row.pop("score"))
        trials.append(TriedSettings(number, row, score))
    return Tuned(part, METRICS[part], tuple(sorted(trials, key=lambda trial: (-trial.score, trial.number))))
