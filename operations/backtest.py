"""Rolling operation, simulated: what refreshing and retraining each period are worth against leaving a model alone.

For each of the last periods of the data, of `label_days` each, the data are cut at its first day, each policy does what
it would have done that morning, and the version it then serves is judged on what was bought in the period. A last
period spoilt on purpose shows what the gates do with it.

All of it is resumable: a cell that was judged is read from its file, steps and trainings as in any run. Each run and
each judgement has a process of its own, which gives its memory back.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime
import json
import logging
import multiprocessing
import pathlib
import shutil
import time
from collections.abc import Callable
from typing import TypeVar

from components.served_folder import model_dir
from models.rankings import OWN_PURCHASES, POPULAR
from operations.backtest_table import BROKEN_REFRESH, BROKEN_RUN, NEVER, POLICIES, REFRESHED, RETRAINED, Cell, Rolling
from operations.time_slices import bought_between, cut_before, last_day, shuffle_articles
from pipeline.config import PipelineConfig
from pipeline.disk import DiskError
from pipeline.settings import fingerprint as settings_fingerprint
from pipeline.versions import served_version
from transforms.errors import ConfigError, DiskFullError, LookbookError, StepError

_METRIC = "map_at_12"
_SHUFFLE_SEED = 0
T = TypeVar("T")


def simulate(
    data_dir: pathlib.Path,
    work: pathlib.Path,
    config: PipelineConfig,
    *,
    periods: int,
    disk_check: bool = True,
    says: Callable[[Cell], None] = lambda cell: None,
) -> Rolling:
    """Simulates the last periods of the data.

    Args:
        data_dir: folder of the three CSVs.
        work: everything goes there; a second call with the same arguments goes on.
        config: all settings; a period has `label_days` days.
        periods: how many, 1 or more.
        disk_check: whether to refuse a run that would not find its disk.
        says: told each cell.

    Raises:
        ConfigError: `periods` is below 1, or `work` is of other settings.
        DataError: the data are too short or cannot be read.
        DiskError: there is too little disk for a run or a refresh.
        LookbookError: the first training was refused, so that there is nothing to serve.
    """
    if periods < 1:
        raise ConfigError(f"periods must be 1 or more; received {periods}")
    _claim(work, data_dir, config, periods)
    table = _Table(data_dir, work, config, disk_check)
    days = datetime.timedelta(days=config.label_days)
    end = last_day(data_dir) + datetime.timedelta(days=1)
    cells, broken = [], []
    for back in range(periods, 0, -1):
        first = end - days * back
        for policy in (RETRAINED, REFRESHED, NEVER):  # the first training serves all of them in the first period
            if policy == REFRESHED and back == 1 and periods > 1:
                broken += table.broken(first)
            cells.append(table.cell(policy, first, is_first=back == periods))
            says(cells[-1])
    for cell in broken:
        says(cell)
    order = {policy: number for number, policy in enumerate(POLICIES)}
    return Rolling(cells=tuple(sorted(cells, key=lambda cell: (cell.first, order[cell.policy]))), broken=tuple(broken))


class _Table:
    def __init__(self, data_dir: pathlib.Path, work: pathlib.Path, config: PipelineConfig, disk_check: bool):
        self.data_dir, self.work, self.config, self.disk_check = data_dir, work, config, disk_check

    def cell(self, policy: str, first: datetime.date, *, is_first: bool) -> Cell:
        """Does what the policy does on a period's first morning, and judges what is then served."""

        def morning() -> tuple[bool, str, float]:
            out = self.out(policy)
            if is_first and policy != RETRAINED:
                _copy(model_dir(self.out(RETRAINED)), model_dir(out))
                return False, "", 0.0
            if policy == NEVER:
                return False, "", 0.0
            data = cut_before(self.data_dir, first, self.work / "data" / str(first))
            return self.bring_up(out, data, train=policy == RETRAINED)

        return self.judged(policy, first, self.out(policy), morning)

    def broken(self, first: datetime.date) -> list[Cell]:
        """The same morning, had the period before been broken: a refresh, and a run, each beside the real ones."""
        data = self.work / "data" / f"{first}-broken"
        cells = []
        for policy, name in ((REFRESHED, BROKEN_REFRESH), (RETRAINED, BROKEN_RUN)):
            out = self.out(name)

            def morning(policy=policy, out=out) -> tuple[bool, str, float]:
                if not model_dir(out).is_dir():
                    # Both begin with what was refreshed until now: that policy's own morning is yet to come.
                    _copy(model_dir(self.out(REFRESHED)), model_dir(out))
                whole = cut_before(self.data_dir, first, self.work / "data" / str(first))
                spoilt = first - datetime.timedelta(days=self.config.label_days)
                shuffle_articles(whole, spoilt, data, seed=_SHUFFLE_SEED)
                return self.bring_up(out, data, train=policy == RETRAINED)

            cells.append(self.judged(name, first, out, morning))
        return cells

    def bring_up(self, out: pathlib.Path, data: pathlib.Path, *, train: bool) -> tuple[bool, str, float]:
        """Runs or refreshes; returns whether it pushed, what was said, and the seconds."""
        started = time.monotonic()
        try:
            pushed, said = _in_process(_run if train else _refresh, data, out, self.config, self.disk_check)
        except (DiskError, DiskFullError, StepError):  # not a result of the policy: rerun after removing the cause
            raise
        except LookbookError as error:
            pushed, said = False, f"stopped: {error}"
        return pushed, said, time.monotonic() - started

    def judged(
        self, policy: str, first: datetime.date, out: pathlib.Path, morning: Callable[[], tuple[bool, str, float]]
    ) -> Cell:
        file = self.work / "cells" / f"{first} {policy}.json"
        if file.exists():
            return Cell(**json.loads(file.read_text()))
        pushed, said, seconds = morning()
        served_version(out)  # says so if even the first training was refused
        end = first + datetime.timedelta(days=self.config.label_days)
        figures = _in_process(_judge, out, bought_between(self.data_dir, first, end), self.config.seed)
        cell = Cell(policy=policy, first=str(first), pushed=pushed, said=said, seconds=round(seconds, 1), **figures)
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(dataclasses.asdict(cell), indent=1))
        unfinished.replace(file)
        return cell

    def out(self, policy: str) -> pathlib.Path:
        return self.work / policy.replace(" ", "-")


def _claim(work: pathlib.Path, data_dir: pathlib.Path, config: PipelineConfig, periods: int) -> None:
    """Cells of other settings are no cells of this table."""
    told = {"settings": settings_fingerprint(config), "data": str(data_dir.resolve()), "periods": periods}
    file = work / "simulation.json"
    if file.exists() and json.loads(file.read_text()) != told:
        raise ConfigError(
            f"work must be a new folder for other settings, data or periods; {work} is of {file.read_text()}"
        )
    work.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told))


def _copy(source: pathlib.Path, to: pathlib.Path) -> None:
    """Copies whole or not at all, so that a killed simulation finds no half of a served folder."""
    unfinished = to.with_name(f".{to.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(source, unfinished)
    unfinished.rename(to)


def _in_process(function: Callable[..., T], *given) -> T:
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *given).result()


def _run(data: pathlib.Path, out: pathlib.Path, config: PipelineConfig, disk_check: bool) -> tuple[bool, str]:
    from pipeline.run import run

    _log_to(out)
    summary = run(data, out, config, disk_check=disk_check)
    return summary.version is not None, summary.model_gate


def _refresh(data: pathlib.Path, out: pathlib.Path, config: PipelineConfig, disk_check: bool) -> tuple[bool, str]:
    from pipeline.run import refresh

    _log_to(out)
    summary = refresh(data, out, config, disk_check=disk_check)
    return summary.version is not None, summary.model_gate


def _log_to(out: pathlib.Path) -> None:
    """A process of its own has a log of its own: the last run's, as that of `lookbook run`."""
    out.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=out / "run.log", filemode="w", level=logging.INFO, force=True)


def _judge(out: pathlib.Path, bought: dict[str, set[str]], seed: int) -> dict:
    from operations.judgement import MODEL, judge
    from operations.pushed import load_served

    judgement = judge(load_served(out), bought, seed=seed)
    figures = {name: judgement.figures[name][_METRIC].mean for name in (MODEL, POPULAR, OWN_PURCHASES)}
    return {
        "version": judgement.version,
        "customers": judgement.customers,
        "map_at_12": figures[MODEL],
        "popular": figures[POPULAR],
        "own_purchases": figures[OWN_PURCHASES],
    }
