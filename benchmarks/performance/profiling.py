"""Profiles a stage: the time of each DuckDB statement, and of Python's functions over all threads."""

import collections
import cProfile
import io
import pstats
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from benchmarks.document import table

_FUNCTIONS = 40
_STATEMENTS = 25
_OPERATORS = 3
_HEAD = 90


class Profile:
    """Profiles between calls of `start` and `stop`.

    In threads that started before the first `start`, only statements are profiled.
    """

    def __init__(self) -> None:
        self._statements: dict[str, list[float]] = collections.defaultdict(list)
        self._operators: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        self._profiles: list[cProfile.Profile] = []
        self._own: cProfile.Profile | None = None
        self._unpatch: Callable[[], None] | None = None

    def start(self) -> None:
        """Starts profiling."""
        self._unpatch = self._patch_execute()
        threading.setprofile(self._enter_thread)
        self._own = cProfile.Profile()
        self._profiles.append(self._own)
        self._own.enable()

    def stop(self) -> None:
        """Stops profiling. Does nothing if it is not active."""
        if self._own is None or self._unpatch is None:
            return
        self._own.disable()
        threading.setprofile(None)  # type: ignore[arg-type]
        self._unpatch()
        self._own = self._unpatch = None

    def text(self) -> str:
        """A Markdown text: statements by total seconds, and functions by own seconds."""
        parts = []
        if self._statements:
            slowest = sorted(self._statements.items(), key=lambda item: -sum(item[1]))[:_STATEMENTS]
            rows = [
                (f"{sum(seconds):.2f}", str(len(seconds)), f"`{head}`", self._slowest_operators(head))
                for head, seconds in slowest
            ]
            parts.append(table(("seconds", "times", "statement", "operators, seconds over all threads"), rows))
        if self._profiles:
            parts.append(f"```\n{self._functions().strip()}\n```")
        return "\n\n".join(parts) + "\n"

    def _enter_thread(self, frame: Any, event: str, argument: Any) -> None:
        profile = cProfile.Profile()
        self._profiles.append(profile)
        profile.enable()  # replaces this function in its thread

    def _patch_execute(self) -> Callable[[], None]:
        import duckdb

        execute = duckdb.DuckDBPyConnection.execute
        seen: set[int] = set()

        def timed(connection: Any, query: Any, *arguments: Any, **named: Any) -> Any:
            if id(connection) not in seen:
                seen.add(id(connection))
                execute(connection, "set enable_profiling = 'no_output'")
            start_s = time.monotonic()
            result = execute(connection, query, *arguments, **named)
            head = _head(str(query))
            self._statements[head].append(time.monotonic() - start_s)
            self._operators[head] += _operator_seconds(connection)
            return result

        duckdb.DuckDBPyConnection.execute = timed

        def unpatch() -> None:
            duckdb.DuckDBPyConnection.execute = execute

        return unpatch

    def _slowest_operators(self, head: str) -> str:
        slowest = self._operators[head].most_common(_OPERATORS)
        return ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest if seconds >= 0.05)

    def _functions(self) -> str:
        text = io.StringIO()
        stats = pstats.Stats(self._profiles[0], stream=text)
        for profile in self._profiles[1:]:
            stats.add(profile)
        stats.sort_stats("tottime").print_stats(_FUNCTIONS)
        return re.sub(r"(?m)^(.*?)\S*/site-packages/", r"\1", text.getvalue())


def _head(query: str) -> str:
    """The beginning of a statement without comments, white space and long numbers, which identifies it."""
    text = re.sub(r"--[^\n]*", " ", query)
    return re.sub(r"\d{4,}", "N", re.sub(r"\s+", " ", text)).strip().replace("|", "/")[:_HEAD]


def _operator_seconds(connection: Any) -> "collections.Counter[str]":
    import json

    found: collections.Counter[str] = collections.Counter()
    information = connection.get_profiling_information(format="json")
    nodes = [json.loads(information)] if information else []
    while nodes:
        node = nodes.pop()
        nodes += node.get("children", [])
        if "operator_timing" in node:
            found[str(node.get("operator_name", "?")).strip().lower()] += float(node["operator_timing"])
    return found
