"""Runs a command in a process, and measures its time and the memory of the process and its descendants."""

import contextlib
import dataclasses
import pathlib
import subprocess
import time
from collections.abc import Sequence

import psutil

from benchmarks.environment import ROOT

_POLL_S = 0.1
_LAST_LINES = 15


@dataclasses.dataclass(frozen=True)
class Cost:
    """Time and memory of a process.

    Attributes:
        seconds: wall time.
        peak_gib: largest sum of resident memory over its process tree, polled ten times a second. Shared pages count
            for each process.
    """

    seconds: float
    peak_gib: float


def measure(command: Sequence[str], log: pathlib.Path, beside: Sequence[psutil.Process] = ()) -> Cost:
    """Runs a command and waits for it.

    Args:
        command: the command, which runs in the project's folder.
        log: file of its output.
        beside: running processes whose memory counts too.

    Raises:
        RuntimeError: the command failed. The message has the last lines of the log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    start_s, peak = time.monotonic(), 0
    with log.open("w", encoding="utf-8") as output:
        process = psutil.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        try:
            while process.poll() is None:
                peak = max(peak, sum(map(_tree_bytes, (process, *beside))))
                with contextlib.suppress(subprocess.TimeoutExpired, psutil.TimeoutExpired):
                    process.wait(_POLL_S)
        except BaseException:
            for one in (*process.children(recursive=True), process):
                with contextlib.suppress(psutil.Error):
                    one.kill()
            raise
    seconds = time.monotonic() - start_s
    if process.returncode:
        last_lines = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:])
        raise RuntimeError(
            f"{' '.join(command)} must succeed. Received: exit status {process.returncode}.\n{last_lines}"
        )
    return Cost(seconds, peak / 2**30)


def _tree_bytes(process: psutil.Process) -> int:
    total = 0
    with contextlib.suppress(psutil.Error):
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):  # it has just ended
                total += one.memory_info().rss
    return total
