"""What is measured: each stage at each size, and beside other people's way of doing the same."""

import dataclasses
import functools
import json
import pathlib
import shutil
import statistics
import sys
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.kept import code_of, digest_of, keep
from benchmarks.performance import stages, step, towers
from benchmarks.performance.process import Cost, measure
from benchmarks.performance.shops import Size
from benchmarks.performance.stages import REFRESH, RUN, STAGES, SYNTHESIZE, Stage
from pipeline.config import load_config

SETTINGS = ("features.list_weeks=6",)
TIMES, ONCE_FROM_S = 3, 120.0
BESIDE_CSV, BESIDE_TOWERS, PIECES = "beside-csvexamplegen", "beside-notebook", "pieces"
BATCHES = (1024, 4096, 8192)
BESIDE_MOST = 1.0  # million transactions: CsvExampleGen takes a minute and a half for each
_EPOCHS = 3
_BENCH = "benchmarks/performance"


@dataclasses.dataclass(frozen=True)
class Cell:
    """One figure's making.

    Attributes:
        name: unique.
        follows: all it follows from, the size and the settings aside.
        measure: makes the result.
    """

    name: str
    follows: Any
    measure: Callable[[], dict[str, Any]]


class Bench:
    """The cells below a folder.

    Args:
        work: root of it all.
        assignments: settings of all runs, over the defaults.
        say: told what goes on.
        times: how often a stage is measured.
        results: file the results are kept in; None for one below the folder.
    """

    def __init__(
        self,
        work: pathlib.Path,
        assignments: Sequence[str],
        say: Callable[[str], None],
        times: int = TIMES,
        results: pathlib.Path | None = None,
    ):
        self._work = work
        self._results = results or work / "results.json"
        self._assignments = (*SETTINGS, *assignments)
        self._say = say
        self._times = times

    def cells(self, size: Size) -> list[Cell]:
        """All cells of a size, in the order they are measured."""
        cells = [
            Cell(f"{stage.name}-{size.name}", self._rooms(stage), functools.partial(self._stage, stage, size))
            for stage in STAGES
        ]
        if size.millions <= BESIDE_MOST:
            ingest = [*self._rooms(stages.named("ingest")), f"{_BENCH}/csv_example_gen.py"]
            learnt = [*self._rooms(stages.named("retrieval")), f"{_BENCH}/towers.py"]
            cells += [
                Cell(f"{BESIDE_CSV}-{size.name}", ingest, functools.partial(self._beside_csv, size)),
                Cell(f"{BESIDE_TOWERS}-{size.name}", learnt, functools.partial(self._beside_towers, size)),
            ]
        return cells

    def pieces(self) -> Cell:
        """The one cell that is of no shop: pieces of a training step."""
        return Cell(PIECES, ["models/retrieval", f"{_BENCH}/pieces.py"], self._pieces)

    def read(self, cell: Cell) -> dict[str, Any] | None:
        """The cell's result, None if it was not measured with this code and these settings."""
        kept = self._kept().get(cell.name)
        return kept["result"] if kept and kept["follows_from"] == self._follows_from(cell) else None

    def write(self, cell: Cell, result: dict[str, Any]) -> None:
        """Keeps a result, in the place of one of other code or settings."""
        kept = {"follows_from": self._follows_from(cell), "result": result}
        keep(self._results, dict(sorted({**self._kept(), cell.name: kept}.items())))

    def profile(self, stage: Stage, size: Size, to: pathlib.Path) -> None:
        """Runs a stage once more and writes where its time went; what the watching costs is in it.

        Args:
            stage: one of the pipeline's.
            size: of the shop.
            to: file.
        """
        self._prepared(stage, size, to)

    def _rooms(self, stage: Stage) -> list[str]:
        rooms = {room for each in (*stages.before(stage), stage) for room in each.rooms}
        return sorted(rooms)

    def _kept(self) -> dict[str, Any]:
        return json.loads(self._results.read_text()) if self._results.exists() else {}

    def _follows_from(self, cell: Cell) -> str:
        code = code_of((*cell.follows, *(f"{_BENCH}/{name}.py" for name in ("process", "shops", "step"))))
        settings = dataclasses.asdict(load_config(None, self._assignments))
        return digest_of([code, settings, self._times])

    def _folder(self, size: Size) -> pathlib.Path:
        """Of the shop that today's code makes, and what was made of it; those of other code are deleted."""
        folder = self._work / "shops" / size.name / code_of(("synthetic",))
        folder.mkdir(parents=True, exist_ok=True)
        for other in folder.parent.iterdir():
            if other != folder:
                shutil.rmtree(other)
        return folder

    def _data(self, size: Size) -> pathlib.Path:
        data = self._folder(size) / "data"
        if not data.exists():
            self._synthesize(size)
        return data

    def _stage(self, stage: Stage, size: Size) -> dict[str, Any]:
        if stage.name == SYNTHESIZE:
            return self._often(lambda: self._synthesize(size), size.transactions)
        if stage.name == RUN:
            return self._often(lambda: self._run(size), size.transactions)
        if stage.name == REFRESH:
            if not (self._folder(size) / "run" / "serving").exists():
                self._run(size)
            return self._often(lambda: self._step(stage, size, kind="refresh")[0], size.transactions)
        first, report = self._prepared(stage, size)
        counts = {"transactions": size.transactions, **report.counts}
        result = self._often(lambda: self._step(stage, size)[0], counts[stage.rows], first)
        return {**result, "steps": report.seconds}

    def _often(self, once: Callable[[], Cost], rows: int, first: Cost | None = None) -> dict[str, Any]:
        """Medians; what takes long is measured once."""
        costs = [first or once()]
        while len(costs) < self._times and costs[0].seconds < ONCE_FROM_S:
            costs.append(once())
        seconds = statistics.median(cost.seconds for cost in costs)
        return {
            "seconds": seconds,
            "times": len(costs),
            "all_seconds": [cost.seconds for cost in costs],
            "rows": rows,
            "rows_per_s": rows / seconds,
            "peak_gib": max(cost.peak_gib for cost in costs),
        }

    def _prepared(self, stage: Stage, size: Size, profile: pathlib.Path | None = None) -> tuple[Cost, step.Report]:
        """A stage's steps where all that lies before them is done; if it was not, the first attempt has done it."""
        cost, report = self._step(stage, size, profile=profile)
        if report.ran:
            self._say(f"  {stage.name}: what lies before it had to be made; once more")
            cost, report = self._step(stage, size, profile=profile)
        return cost, report

    def _synthesize(self, size: Size) -> Cost:
        data = self._folder(size) / "data"
        shutil.rmtree(data, ignore_errors=True)
        part = data.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        cost = measure([*_LOOKBOOK, "synthesize", "--to", str(part), *size.options], self._log("synthesize"))
        part.rename(data)
        return cost

    def _run(self, size: Size) -> Cost:
        out = self._folder(size) / "run"
        shutil.rmtree(out, ignore_errors=True)
        settings = [word for assignment in self._assignments for word in ("--set", assignment)]
        command = [*_LOOKBOOK, "run", "--data", str(self._data(size)), "--out", str(out), *settings]
        return measure(command, self._log("run"))

    def _step(
        self, stage: Stage, size: Size, kind: str = "train", profile: pathlib.Path | None = None
    ) -> tuple[Cost, step.Report]:
        """Seconds are those of the stage's steps, or of the whole process where it has none of its own."""
        out = self._folder(size) / ("run" if kind == "refresh" else "stages")
        report = self._work / "report.json"
        spec = step.Spec(
            kind=kind,
            data=str(self._data(size)),
            out=str(out),
            preset=None,
            assignments=self._assignments,
            steps=stage.steps,
            report=str(report),
            profile=str(profile) if profile else None,
        )
        cost = measure([*_module("step"), json.dumps(dataclasses.asdict(spec))], self._log(stage.name))
        told = step.Report(**json.loads(report.read_text()))
        return (Cost(sum(told.seconds.values()), cost.peak_gib) if stage.steps else cost), told

    def _beside_csv(self, size: Size) -> dict[str, Any]:
        """Takes turns, so that both meet the same machine."""
        ours, theirs = [], []
        csv, out = self._data(size) / "transactions_train.csv", self._work / "csv-example-gen"
        for _ in range(self._times):
            ours.append(self._step(stages.named("ingest"), size)[0])
            shutil.rmtree(out, ignore_errors=True)
            report = self._work / "report.json"
            command = [*_module("csv_example_gen"), str(csv), str(out), str(report)]
            cost = measure(command, self._log("csv-example-gen"))
            theirs.append(Cost(json.loads(report.read_text())["seconds"], cost.peak_gib))
        shutil.rmtree(out)
        sides = {
            name: {
                "rows_per_s": size.transactions / statistics.median(cost.seconds for cost in costs),
                "peak_gib": max(cost.peak_gib for cost in costs),
            }
            for name, costs in (("ours", ours), ("theirs", theirs))
        }
        return {**sides, "times": self._times, "ratio": sides["ours"]["rows_per_s"] / sides["theirs"]["rows_per_s"]}

    def _beside_towers(self, size: Size) -> dict[str, Any]:
        """By batch size: both ways and how often the notebook's rate ours is."""
        _, report = self._step(stages.named("transform"), size)  # its outputs are what both ways read
        told = self._work / "report.json"
        batches: dict[str, dict[str, Any]] = {}
        for batch in BATCHES:
            sides: dict[str, dict[str, Any]] = {}
            for way in towers.WAYS:
                spec = towers.Spec(
                    way=way,
                    transformed=report.outputs["Transform.transformed_examples"],
                    graph=report.outputs["Transform.transform_graph"],
                    batch_size=batch,
                    epochs=_EPOCHS,
                    label_days=load_config(None, self._assignments).label_days,
                )
                command = [*_module("towers"), json.dumps(dataclasses.asdict(spec)), str(told)]
                cost = measure(command, self._log(f"towers-{way}"))
                sides[way] = {**json.loads(told.read_text()), "peak_gib": cost.peak_gib}
            ratio = sides["ours"]["examples_per_s"] / sides["notebook"]["examples_per_s"]
            batches[str(batch)] = {**sides, "ratio": ratio}
        return batches

    def _pieces(self) -> dict[str, Any]:
        told = self._work / "report.json"
        measure([*_module("pieces"), str(told)], self._log(PIECES))
        return {"milliseconds": json.loads(told.read_text())}

    def _log(self, name: str) -> pathlib.Path:
        return self._work / "logs" / f"{name}.log"


_LOOKBOOK = (sys.executable, "-m", "lookbook")


def _module(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"benchmarks.performance.{name}")
