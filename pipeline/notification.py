"""Sends one message after a run: verdict, figures, and where the report is."""

from __future__ import annotations

import contextlib
import datetime
import logging
import pathlib
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from components.gates.table import GATES, PUSH
from components.model_files import REPORT
from models.rankings import RECOMMENDED
from pipeline.notify_config import NotifyConfig
from transforms.errors import GateError

if TYPE_CHECKING:
    from pipeline.summary import Summary

PUSHED, REFUSED, FAILED = "pushed", "refused", "failed"
_log = logging.getLogger(__name__)


class Outcome:
    """Receives the summary of a run that ended without an error."""

    summary: Summary | None = None


@contextlib.contextmanager
def notified(
    kind: str, data_dir: pathlib.Path, out: pathlib.Path, config: NotifyConfig, on_warning: Callable[[str], None]
) -> Iterator[Outcome]:
    """Sends a message when the block ends or raises an `Exception`; a message that is not accepted is one warning.

    Nothing is sent without an address, or if the block is interrupted.

    Args:
        kind: `run` or `refresh`.
        data_dir: folder of the CSVs.
        out: output folder.
        config: settings of the message.
        on_warning: called with the warning.
    """
    outcome = Outcome()
    started = time.monotonic()
    before = _written(out / REPORT.name)

    def send(error: Exception | None) -> None:
        if config.url is None:
            return
        try:
            from pipeline.webhook import post

            report = str(out / REPORT.name) if _written(out / REPORT.name) not in (None, before) else None
            seconds = round(time.monotonic() - started, 1)
            places = {"report": report, "out": str(out), "data": str(data_dir), "host": socket.gethostname()}
            post({**_message(kind, out, outcome.summary, error), **places, "seconds": seconds}, config)
        except Exception as failure:  # a message is an extra and never fails the run
            # Without the traceback, which may show the address.
            _log.warning("the message to notify.url was not sent: %s", type(failure).__name__)
            line = str(failure) if type(failure).__name__ == "WebhookError" else type(failure).__name__
            on_warning(f"the message to notify.url was not sent: {line}")

    try:
        yield outcome
    except Exception as error:
        send(error)
        raise
    send(None)


def _written(file: pathlib.Path) -> int | None:
    """When a file was last written, in nanoseconds; None if there is none."""
    return file.stat().st_mtime_ns if file.is_file() else None


def _message(kind: str, out: pathlib.Path, summary: Summary | None, error: Exception | None) -> dict[str, Any]:
    version, figures, verdicts = None, {}, {}
    if summary is not None:
        version = None if summary.version is None else pathlib.Path(summary.version).name
        figures, verdicts = dict(summary.figures[RECOMMENDED]), summary.gates
    if error is not None:
        verdict, reason = (REFUSED if isinstance(error, GateError) else FAILED), " ".join(str(error).split())
    else:
        verdict = REFUSED if version is None else PUSHED
        of_push = [verdicts[gate.step] for gate in GATES if gate.stops == PUSH]
        reason = next((each.line for each in of_push if not each.passed), of_push[0].line)
    return {
        "id": uuid.uuid4().hex,
        "text": _text(kind, out, verdict, reason, version, figures),
        "event": kind,
        "verdict": verdict,
        "reason": reason,
        "version": version,
        "figures": figures,
        "warnings": [line for each in verdicts.values() for line in each.warnings],
        "finished": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    }


def _text(kind: str, out: pathlib.Path, verdict: str, reason: str, version: str | None, figures: dict) -> str:
    """The message as one line, which chat services show."""
    if verdict == PUSHED:
        return f"Lookbook {kind} in {out}: version {version} pushed, MAP@12 {figures['map_at_12']:.4f}"
    return f"Lookbook {kind} in {out} {verdict}: {reason}"
