"""Reports the progress of a running DuckDB statement."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import duckdb

from transforms.progress import MARK_EVERY_S, Progress


@contextlib.contextmanager
def duckdb_progress(
    connection: duckdb.DuckDBPyConnection, progress: Progress, begun: int, ended: int
) -> Iterator[None]:
    """Moves `progress` from `begun` to `ended` while the statements of the block run.

    A statement blocks its thread, so another thread polls DuckDB. DuckDB counts the input it has read, not the time
    that sorting it will take, so progress is uneven.

    Args:
        connection: runs the statements.
        progress: is moved; a statement that fails leaves it below `ended`.
        begun: its count when the block starts.
        ended: its count when the block is done.
    """
    done = threading.Event()

    def poll() -> None:
        reached = begun
        while not done.wait(MARK_EVERY_S):
            share = max(connection.query_progress(), 0.0) / 100  # below 0 where DuckDB cannot say
            reached = max(reached, begun + int(share * (ended - begun)))
            progress.reach(reached)

    poller = threading.Thread(target=poll, name="duckdb-progress", daemon=True)
    poller.start()
    try:
        yield
    finally:
        done.set()
        poller.join()
    progress.reach(ended)
