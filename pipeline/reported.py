"""Writes the record and the report of a run at its end, whether its steps finished or one failed."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import logging
import pathlib
import resource
import time
from collections.abc import Iterator

from components.report.executor import FILE
from components.report.record import RunRecord, StepRecord
from pipeline.code_version import code_version
from pipeline.config import PipelineConfig
from pipeline.report import report_run
from pipeline.shared_steps import PIPELINE_MODULE, package_name, settings_of_run
from pipeline.step_callbacks import Step, StepCallbacks

_PUSH = "Push"
_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Source:
    """The data of a run.

    Attributes:
        data_dir: folder of the CSVs and photos.
        fingerprint: hash of the CSVs.
    """

    data_dir: pathlib.Path
    fingerprint: str


@contextlib.contextmanager
def reported(
    out: pathlib.Path, kind: str, config: PipelineConfig, source: Source, callbacks: StepCallbacks, started_s: float
) -> Iterator[StepCallbacks]:
    """Yields the callbacks for the steps of a run, and writes the report when the block ends or raises an `Exception`.

    A report that cannot be written is one warning; it never fails the run. An interrupted run gets no report.

    Args:
        out: output folder.
        kind: `run` or `refresh`.
        config: all settings.
        source: data of the run.
        callbacks: callbacks of the caller, which are called too.
        started_s: start of the run, of `time.monotonic()`.
    """
    steps: list[Step] = []
    running = ""

    def on_start(name: str, number: int, count: int) -> None:
        nonlocal running
        callbacks.on_start(name, number, count)
        running = name

    def on_finish(step: Step) -> None:
        steps.append(step)
        callbacks.on_finish(step)

    def write(failed_step: str | None, error: str | None) -> None:
        record = RunRecord(
            kind=kind,
            settings=settings_of_run(config),
            code_version=code_version(PIPELINE_MODULE),
            package=package_name(),
            finished=datetime.datetime.now().isoformat(timespec="seconds"),
            seconds=time.monotonic() - started_s,
            peak_gib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
            steps=tuple(StepRecord(name=step.name, cached=step.cached, seconds=step.seconds) for step in steps),
            failed_step=failed_step,
            error=error,
            fingerprint=source.fingerprint,
            data_dir=str(source.data_dir),
        )
        pushes = any(step.name == _PUSH and not step.cached for step in steps)
        try:
            report_run(out, record, pushes=pushes)
        except Exception as failure:  # the report is an extra: neither a bug nor a full disk may fail the run
            with contextlib.suppress(OSError):
                (out / FILE).unlink(missing_ok=True)  # that of an earlier run must not pass for this one's
            _log.warning("the report could not be written", exc_info=True)
            line = " ".join(str(failure).split()) or type(failure).__name__
            callbacks.on_warning(f"the report could not be written: {line}; the run is complete without it")

    try:
        yield StepCallbacks(on_start=on_start, on_finish=on_finish, on_warning=callbacks.on_warning)
    except Exception as error:
        write(running or None, str(error))
        raise
    write(None, None)
