"""Runs the command line on a small synthetic shop, in processes of its own."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence

# Small towers, but a ranking network with enough training to pass the gate.
SETTINGS = (
    "features.list_weeks=2",
    "retrieval.embedding_dim=8",
    "retrieval.hidden_units=16",
    "retrieval.epochs=2",
    "ranking.units=16",
    "ranking.blocks=1",
    "ranking.epochs=20",
    "ranking.batch_lists=16",
    "evaluation.margin=0.2",
    "infra_gate.latency_budget_ms=10000",  # a busy machine is no reason to refuse
)
SIZES = {"customers": 400, "articles": 250, "transactions": 12_000, "days": 70, "seed": 1}
START_TIMEOUT_S = 600
STEPS = 34


@dataclasses.dataclass(frozen=True)
class Done:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        """The last line of standard error."""
        return self.err.strip().splitlines()[-1]


@dataclasses.dataclass(frozen=True)
class Shop:
    """Folders of the shop's CSVs and of runs on them."""

    data: pathlib.Path
    out: pathlib.Path

    @property
    def temporary(self) -> pathlib.Path:
        """The folder of temporary files of the runs."""
        folder = self.out.parent / "temporary"
        folder.mkdir(exist_ok=True)
        return folder

    def command(self, *changes: str) -> list[str]:
        """The arguments of `lookbook run` on the shop."""
        return ["run", "--data", str(self.data), "--out", str(self.out), *set_options(*changes)]

    def run(self, *changes: str) -> Done:
        """Runs the pipeline with changed settings."""
        return lookbook(*self.command(*changes), TMPDIR=str(self.temporary))

    def copy(self, to: pathlib.Path, out: pathlib.Path) -> Shop:
        """Copies the CSVs into a new folder; `out` is the folder of runs on the copy."""
        to.mkdir()
        for path in self.data.glob("*.csv"):
            shutil.copy(path, to)
        return Shop(to, out)

    @property
    def summary(self) -> dict:
        """The summary of the last run."""
        return json.loads((self.out / "summary.json").read_text())

    @property
    def versions(self) -> list[pathlib.Path]:
        """The folders of all pushed versions, newest last, including incomplete ones."""
        folder = self.out / "serving" / "lookbook"
        return sorted(folder.iterdir(), key=lambda path: int(path.name)) if folder.is_dir() else []

    def ids(self, table: str, column: str) -> set[str]:
        """The ids of a table's column."""
        return {row[column] for row in self.rows(table)}

    def rows(self, table: str) -> list[dict[str, str]]:
        """The rows of a CSV."""
        with (self.data / f"{table}.csv").open(newline="") as file:
            return list(csv.DictReader(file))


def set_options(*changes: str) -> list[str]:
    """The options of the settings of all runs and of changed settings."""
    return [word for setting in (*SETTINGS, *changes) for word in ("--set", setting)]


def synthesize(data: pathlib.Path, sizes: Mapping[str, int] = SIZES) -> None:
    """Generates the shop, without photos."""
    words = [word for name, size in sizes.items() for word in (f"--{name}", str(size))]
    assert lookbook("synthesize", "--to", str(data), "--no-images", *words).code == 0


def lookbook(*arguments: str, **variables: str) -> Done:
    """Runs a command with additional environment variables, and waits for it."""
    done = subprocess.run(command(arguments), capture_output=True, text=True, env={**os.environ, **variables})
    return Done(done.returncode, done.stdout, done.stderr)


def command(arguments: Sequence[str]) -> list[str]:
    """The command line of a process."""
    return [sys.executable, "-m", "lookbook", *arguments]


@contextlib.contextmanager
def serving(out: pathlib.Path) -> Iterator[str]:
    """Runs `lookbook serve` on a free port, and yields the port."""
    process = subprocess.Popen(
        command(["serve", "--out", str(out), "--port", "0"]),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    watchdog = threading.Timer(START_TIMEOUT_S, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"serving lookbook on 127\.0\.0\.1:(\d+)\n", line)
        assert found, line
        yield found[1]
    finally:
        watchdog.cancel()
        process.terminate()
        process.wait(START_TIMEOUT_S)
        if process.stdout:
            process.stdout.close()
