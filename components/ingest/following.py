"""Tells how far DuckDB is with a statement that takes long, while it runs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import duckdb

from transforms.progress import MARK_EVERY_S, Progress


@contextlib.contextmanager
def following(connection: duckdb.DuckDBPyConnection, progress: Progress, begun: int, ended: int) -> Iterator[None]:
    """While the block's statements run, brings `progress` from `begun` towards `ended`; to `ended` when they are done.

    A statement blocks its thread, so DuckDB is asked from another one. It knows how much it has read, not how long
    sorting what was read will take: the way to `ended` is not even.
    """
    done = threading.Event()

    def ask() -> None:
        furthest = begun
        while not done.wait(MARK_EVERY_S):
            share = max(connection.query_progress(), 0.0) / 100  # below 0 where DuckDB cannot say
            furthest = max(furthest, begun + int(share * (ended - begun)))
            progress.reach(furthest)

    asking = threading.Thread(target=ask, name="lookbook-following", daemon=True)
    asking.start()
    try:
        yield
    finally:
        done.set()
        asking.join()
    progress.reach(ended)
