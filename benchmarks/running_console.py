"""Runs `lookbook console` for a benchmark."""

import contextlib
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

import psutil

_ADDRESS = re.compile(r"http://\S+?/(?=;)")


@contextlib.contextmanager
def running_console(out: pathlib.Path, *options: str) -> Iterator[tuple[str, psutil.Process]]:
    """Runs `lookbook console` on a free port.

    Args:
        out: folder of a run.
        *options: further options.

    Yields:
        The address with a slash at its end, and the process.

    Raises:
        RuntimeError: the console does not start.
    """
    command = [sys.executable, "-m", "lookbook", "console", "--out", str(out), "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = _ADDRESS.search(process.stdout.readline())
        if found is None:
            raise RuntimeError(f"the console must print its address. Received: exit status {process.wait()}")
        yield found[0], psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()
