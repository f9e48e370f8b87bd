"""The model server in its own process, by its command line."""

import select
import subprocess
import sys
import threading
from contextlib import contextmanager

from tests.source_tree import ROOT

READY_S = 600


@contextmanager
def server_process(*arguments):
    """Starts `python -m serving.server` on a free port; kills it at the end of the block, or after `READY_S`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "serving.server", "--port", "0", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(READY_S, process.kill)
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def first_line(process, timeout_s=READY_S):
    readable, _, _ = select.select([process.stdout], [], [], timeout_s)
    assert readable, "no line within the timeout"
    return process.stdout.readline()
