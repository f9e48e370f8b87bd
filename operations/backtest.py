"""Backtest of three policies on past periods: never refreshed, refreshed every period, retrained every period.

A period has `label_days` days. For each of the last periods, the data are cut before its first day, each policy
trains, refreshes or does nothing on the cut data, and the version that it then serves is judged on the purchases of
the period. Finally, the data of the last but one period are corrupted to show what the gates do with them.

A stopped backtest continues where it stopped: judged cells are read from their files, and runs reuse their caches.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import pathlib
import shutil
import time
from collections.abc import Callable

from components.served_folder import model_dir
from operations.backtest_steps import ProcessSteps, Steps
from operations.backtest_table import BROKEN_REFRESH, BROKEN_RUN, NEVER, POLICIES, REFRESHED, RETRAINED, Backtest, Cell
from operations.time_slices import bought_between, cut_before, last_day, shuffle_articles
from pipeline.config import PipelineConfig
from pipeline.disk import DiskError
from pipeline.notify_config import NotifyConfig
from pipeline.versions import served_version
from transforms.atomic_path import atomic_path
from transforms.errors import ConfigError, DiskFullError, LookbookError, StepError

_SHUFFLE_SEED = 0
Outcome = tuple[bool, str, float]
"""Whether a version was pushed, the reason line, and the duration in seconds."""


def simulate(
    data_dir: pathlib.Path,
    work: pathlib.Path,
    config: PipelineConfig,
    *,
    periods: int,
    disk_check: bool = True,
    on_cell: Callable[[Cell], None] = lambda cell: None,
    steps: Steps | None = None,
) -> Backtest:
    """Runs a backtest on the last periods of the data.

    Args:
        data_dir: folder of the three CSVs.
        work: folder of all results; a second call with the same arguments continues from it.
        config: all settings; a period has `label_days` days.
        periods: number of periods, 1 or more.
        disk_check: whether to refuse a run if the disk is estimated to be too small.
        on_cell: called with each cell.
        steps: trains, refreshes and judges; `ProcessSteps` if None.

    Raises:
        ConfigError: `periods` is below 1, or `work` has results of other settings, data or periods.
        DataError: the data are too short or cannot be read.
        DiskError: the disk is too small for a run or a refresh.
        LookbookError: a gate refused the first training, so no version can be served.
    """
    if periods < 1:
        raise ConfigError(f"periods must be 1 or more. Received: {periods}")
    config = config.replace(notify=NotifyConfig())  # no messages of simulated runs
    _claim(work, data_dir, config.of_results(), periods)
    simulation = _Simulation(data_dir, work, config.label_days, steps or ProcessSteps(config, disk_check=disk_check))
    days = datetime.timedelta(days=config.label_days)
    end = last_day(data_dir) + datetime.timedelta(days=1)
    cells, broken = [], []
    for back in range(periods, 0, -1):
        first = end - days * back
        for policy in (RETRAINED, REFRESHED, NEVER):  # all policies serve the first training in the first period
            if policy == REFRESHED and back == 1 and periods > 1:
                broken += simulation.broken(first)
            cells.append(simulation.cell(policy, first, is_first=back == periods))
            on_cell(cells[-1])
    for cell in broken:
        on_cell(cell)
    order = {policy: number for number, policy in enumerate(POLICIES)}
    return Backtest(cells=tuple(sorted(cells, key=lambda cell: (cell.first, order[cell.policy]))), broken=tuple(broken))


class _Simulation:
    def __init__(self, data_dir: pathlib.Path, work: pathlib.Path, label_days: int, steps: Steps):
        self.data_dir, self.work, self.steps = data_dir, work, steps
        self.period = datetime.timedelta(days=label_days)

    def cell(self, policy: str, first: datetime.date, *, is_first: bool) -> Cell:
        """Applies a policy before a period and judges the version that is then served."""

        def update() -> Outcome:
            out = self.out(policy)
            if is_first and policy != RETRAINED:
                _copy(model_dir(self.out(RETRAINED)), model_dir(out))
                return False, "", 0.0
            if policy == NEVER:
                return False, "", 0.0
            data = cut_before(self.data_dir, first, self.work / "data" / str(first))
            return self.execute(out, data, train=policy == RETRAINED)

        return self.judged(policy, first, self.out(policy), update)

    def broken(self, first: datetime.date) -> list[Cell]:
        """A refresh and a training on data whose last period is corrupted; neither changes the policies' folders."""
        data = self.work / "data" / f"{first}-broken"
        cells = []
        for policy, name in ((REFRESHED, BROKEN_REFRESH), (RETRAINED, BROKEN_RUN)):
            out = self.out(name)

            def update(policy=policy, out=out) -> Outcome:
                if not model_dir(out).is_dir():
                    # Both start from the refreshed policy, which has not been refreshed for this period yet.
                    _copy(model_dir(self.out(REFRESHED)), model_dir(out))
                whole = cut_before(self.data_dir, first, self.work / "data" / str(first))
                shuffle_articles(whole, first - self.period, data, seed=_SHUFFLE_SEED)
                return self.execute(out, data, train=policy == RETRAINED)

            cells.append(self.judged(name, first, out, update))
        return cells

    def execute(self, out: pathlib.Path, data: pathlib.Path, *, train: bool) -> Outcome:
        """Trains or refreshes. A gate or data error is an outcome of the policy and leaves the old version."""
        started = time.monotonic()
        try:
            pushed, said = (self.steps.train if train else self.steps.refresh)(data, out)
        except (DiskError, DiskFullError, StepError):  # not outcomes of the policy
            raise
        except LookbookError as error:
            pushed, said = False, f"stopped: {error}"
        return pushed, said, time.monotonic() - started

    def judged(self, policy: str, first: datetime.date, out: pathlib.Path, update: Callable[[], Outcome]) -> Cell:
        """Reads a cell from its file, or updates the served version, judges it and writes the file."""
        file = self.work / "cells" / f"{first} {policy}.json"
        if file.exists():
            return Cell(**json.loads(file.read_text()))
        pushed, said, seconds = update()
        served_version(out)  # raises LookbookError if even the first training was refused
        figures = self.steps.judge(out, bought_between(self.data_dir, first, first + self.period))
        cell = Cell(policy=policy, first=str(first), pushed=pushed, said=said, seconds=round(seconds, 1), **figures)
        with atomic_path(file) as unfinished:
            unfinished.write_text(json.dumps(dataclasses.asdict(cell), indent=1))
        return cell

    def out(self, policy: str) -> pathlib.Path:
        return self.work / policy.replace(" ", "-")


def _claim(work: pathlib.Path, data_dir: pathlib.Path, config: PipelineConfig, periods: int) -> None:
    """Refuses a folder whose cells belong to other settings, data or periods."""
    wanted = {"settings": config.fingerprint(), "data": str(data_dir.resolve()), "periods": periods}
    file = work / "simulation.json"
    if file.exists() and json.loads(file.read_text()) != wanted:
        raise ConfigError(
            f"work must be a new folder for other settings, data or periods. Received: {work}, which holds a backtest "
            f"of {file.read_text()}"
        )
    work.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(wanted))


def _copy(source: pathlib.Path, to: pathlib.Path) -> None:
    """Copies a folder completely or not at all, so that a killed backtest leaves no partial folder."""
    unfinished = to.with_name(f".{to.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(source, unfinished)
    unfinished.rename(to)
