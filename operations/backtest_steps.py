"""Trains, refreshes and judges for a backtest, each in its own process, which frees the memory when it ends."""

from __future__ import annotations

import concurrent.futures
import logging
import multiprocessing
import pathlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from models.rankings import OWN_PURCHASES, POPULAR
from pipeline.config import PipelineConfig

_METRIC = "map_at_12"
T = TypeVar("T")


class Steps(Protocol):
    """The operations of a backtest on the folder `out` of a policy."""

    def train(self, data: pathlib.Path, out: pathlib.Path) -> tuple[bool, str]:
        """Runs the training pipeline. Returns whether it pushed, and the reason line of the model gate."""

    def refresh(self, data: pathlib.Path, out: pathlib.Path) -> tuple[bool, str]:
        """Runs the refresh pipeline. Returns the same."""

    def judge(self, out: pathlib.Path, bought: Mapping[str, set[str]]) -> dict[str, Any]:
        """Judges the served version on purchases. Returns the figures of a `Cell`."""


class ProcessSteps:
    """`Steps` that run in processes of their own.

    Args:
        config: all settings.
        disk_check: whether to refuse a run if the disk is estimated to be too small.
    """

    def __init__(self, config: PipelineConfig, *, disk_check: bool) -> None:
        self._config, self._disk_check = config, disk_check

    def train(self, data: pathlib.Path, out: pathlib.Path) -> tuple[bool, str]:
        """Runs the training pipeline."""
        return _in_process(_execute, "run", data, out, self._config, self._disk_check)

    def refresh(self, data: pathlib.Path, out: pathlib.Path) -> tuple[bool, str]:
        """Runs the refresh pipeline."""
        return _in_process(_execute, "refresh", data, out, self._config, self._disk_check)

    def judge(self, out: pathlib.Path, bought: Mapping[str, set[str]]) -> dict[str, Any]:
        """Judges the served version and its baselines on purchases."""
        return _in_process(_judge, out, bought, self._config.seed)


def _in_process(function: Callable[..., T], *arguments: Any) -> T:
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *arguments).result()


def _execute(
    kind: str, data: pathlib.Path, out: pathlib.Path, config: PipelineConfig, disk_check: bool
) -> tuple[bool, str]:
    from pipeline import run

    out.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=out / "run.log", filemode="w", level=logging.INFO, force=True)
    summary = getattr(run, kind)(data, out, config, disk_check=disk_check)
    return summary.version is not None, summary.model_gate


def _judge(out: pathlib.Path, bought: Mapping[str, set[str]], seed: int) -> dict[str, Any]:
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
