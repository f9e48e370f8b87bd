"""A command in a process of its own: how long it took and how much memory it and its descendants held."""

import contextlib
import dataclasses
import pathlib
import subprocess
import time
from collections.abc import Sequence

import psutil

from benchmarks.circumstances import ROOT

_EVERY_S = 0.1
_LAST_LINES = 15


@dataclasses.dataclass(frozen=True)
class Cost:
    """What a process cost.

    Attributes:
        seconds: wall time from its start to its end.
        peak_gib: the largest sum of resident memory over its tree, looked at ten times a second; pages that
            processes share count in each.
    """

    seconds: float
    peak_gib: float


def measure(command: Sequence[str], log: pathlib.Path) -> Cost:
    """Runs a command and waits for it.

    Args:
        command: run in the project's folder.
        log: what it says goes there.

    Raises:
        RuntimeError: it failed; the message has the log's last lines.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    start_s, peak = time.monotonic(), 0
    with log.open("w", encoding="utf-8") as output:
        process = psutil.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        try:
            while process.poll() is None:
                peak = max(peak, _tree_bytes(process))
                with contextlib.suppress(subprocess.TimeoutExpired, psutil.TimeoutExpired):
                    process.wait(_EVERY_S)
        except BaseException:
            for one in (*process.children(recursive=True), process):
                with contextlib.suppress(psutil.Error):
                    one.kill()
            raise
    seconds = time.monotonic() - start_s
    if process.returncode:
        said = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:])
        raise RuntimeError(f"{' '.join(command)} must end well. Received: exit status {process.returncode}.\n{said}")
    return Cost(seconds, peak / 2**30)


def _tree_bytes(process: psutil.Process) -> int:
    total = 0
    with contextlib.suppress(psutil.Error):
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):  # it ended just now
                total += one.memory_info().rss
    return total
