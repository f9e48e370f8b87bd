"""The cells of the benchmark: each stage at each size, and comparisons with standard ways of doing the same."""

import dataclasses
import functools
import json
import pathlib
import shutil
import statistics
import sys
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.performance import spark, stages, step, towers
from benchmarks.performance.process import Cost, measure
from benchmarks.performance.shops import Size
from benchmarks.performance.stages import REFRESH, RUN, STAGES, SYNTHESIZE, Stage
from benchmarks.result_store import code_of, digest_of, store
from pipeline.config import load_config
from transforms.content import CONTENT_FILE

SETTINGS = ("features.list_weeks=6",)
TIMES, ONCE_FROM_S = 3, 120.0
BESIDE_CSV, BESIDE_TOWERS, BESIDE_SPARK, PIECES = "beside-csvexamplegen", "beside-notebook", "beside-spark", "pieces"
BATCHES = (1024, 4096, 8192)
MAX_COMPARED = 1.0  # million transactions; CsvExampleGen takes a minute and a half for one
MAX_ON_SPARK = 10.0  # million transactions
_EPOCHS = 3
_BENCH = "benchmarks.performance"


@dataclasses.dataclass(frozen=True)
class Cell:
    """One measurement.

    Attributes:
        name: unique name.
        modules: modules that the result depends on, besides size and settings.
        measure: measures and returns the result.
    """

    name: str
    modules: Sequence[str]
    measure: Callable[[], dict[str, Any]]


class Bench:
    """The benchmark.

    Args:
        work: work folder.
        assignments: settings of all runs, which override the defaults.
        report: called with lines about progress.
        times: number of repetitions of a stage.
        results: file of the results; None for a file in the work folder.
    """

    def __init__(
        self,
        work: pathlib.Path,
        assignments: Sequence[str],
        report: Callable[[str], None],
        times: int = TIMES,
        results: pathlib.Path | None = None,
    ):
        self._work = work
        self._results = results or work / "results.json"
        self._assignments = (*SETTINGS, *assignments)
        self._report = report
        self._times = times

    def cells(self, size: Size) -> list[Cell]:
        """All cells of a size, in the order of measurement."""
        cells = [
            Cell(f"{stage.name}-{size.name}", _modules(stage), functools.partial(self._stage, stage, size))
            for stage in STAGES
        ]
        if size.millions <= MAX_COMPARED:
            ingest = [*_modules(stages.named("ingest")), f"{_BENCH}.csv_example_gen"]
            trained = [*_modules(stages.named("retrieval")), f"{_BENCH}.towers"]
            cells += [
                Cell(f"{BESIDE_CSV}-{size.name}", ingest, functools.partial(self._compare_csv, size)),
                Cell(f"{BESIDE_TOWERS}-{size.name}", trained, functools.partial(self._compare_towers, size)),
            ]
        if size.millions <= MAX_ON_SPARK:
            modules = [*_modules(stages.named("features")), f"{_BENCH}.spark"]
            cells.append(Cell(f"{BESIDE_SPARK}-{size.name}", modules, functools.partial(self._compare_spark, size)))
        return cells

    def pieces(self) -> Cell:
        """The cell of the parts of a training step, which needs no shop."""
        return Cell(PIECES, [f"{_BENCH}.pieces"], self._pieces)

    def read(self, cell: Cell) -> dict[str, Any] | None:
        """The result of a cell; None if it was not measured with this code and these settings."""
        stored = self._stored().get(cell.name)
        return stored["result"] if stored and stored["follows_from"] == self._inputs_of(cell) else None

    def write(self, cell: Cell, result: dict[str, Any]) -> None:
        """Stores a result, which replaces one of other code or settings.

        Args:
            cell: the cell.
            result: its result.
        """
        stored = {"follows_from": self._inputs_of(cell), "result": result}
        store(self._results, dict(sorted({**self._stored(), cell.name: stored}.items())))

    def profile(self, stage: Stage, size: Size, to: pathlib.Path) -> None:
        """Runs a stage and writes a profile, which includes the cost of profiling.

        Args:
            stage: a stage with steps.
            size: size of the shop.
            to: file to write.
        """
        self._prepared(stage, size, to)

    def _stored(self) -> dict[str, Any]:
        return json.loads(self._results.read_text()) if self._results.exists() else {}

    def _inputs_of(self, cell: Cell) -> str:
        code = code_of(*cell.modules, *(f"{_BENCH}.{name}" for name in ("process", "shops", "step")))
        settings = load_config(None, self._assignments).as_tree()
        return digest_of([code, settings, self._times])

    def _folder(self, size: Size) -> pathlib.Path:
        """The folder of the shop and of runs on it, for the current code. Deletes folders of other code."""
        folder = self._work / "shops" / size.name / code_of("synthetic.shop")
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
            return self._repeated(lambda: self._synthesize(size), size.transactions)
        if stage.name == RUN:
            return self._repeated(lambda: self._run(size), size.transactions)
        if stage.name == REFRESH:
            if not (self._folder(size) / "run" / "serving").exists():
                self._run(size)
            return self._repeated(lambda: self._step(stage, size, kind="refresh")[0], size.transactions)
        first, report = self._prepared(stage, size)
        counts = {"transactions": size.transactions, **report.counts}
        result = self._repeated(lambda: self._step(stage, size)[0], counts[stage.rows], first)
        return {**result, "steps": report.seconds}

    def _repeated(self, once: Callable[[], Cost], rows: int, first: Cost | None = None) -> dict[str, Any]:
        """Medians of several measurements, or one measurement if it takes long."""
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
        """Runs the steps of a stage with all earlier steps cached. Runs twice if earlier steps were not cached."""
        cost, report = self._step(stage, size, profile=profile)
        if report.ran:
            self._report(f"  {stage.name}: earlier steps were not cached; measuring again")
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
        self,
        stage: Stage,
        size: Size,
        kind: str = "train",
        profile: pathlib.Path | None = None,
        on: spark.Cluster | None = None,
    ) -> tuple[Cost, step.Report]:
        """Runs a stage. Seconds are those of its steps, or of the process if it has no steps."""
        assignments = (*self._assignments, *(on.assignments if on else ()))
        out = self._folder(size) / ("run" if kind == "refresh" else "stages")
        report = self._work / "report.json"
        spec = step.Spec(
            kind=kind,
            data=str(self._data(size)),
            out=str(out),
            preset=None,
            assignments=assignments,
            steps=stage.steps,
            report=str(report),
            profile=str(profile) if profile else None,
        )
        command = [*_module("step"), json.dumps(dataclasses.asdict(spec))]
        cost = measure(command, self._log(stage.name), *([on.processes] if on else []))
        reported = step.Report(**json.loads(report.read_text()))
        return (Cost(sum(reported.seconds.values()), cost.peak_gib) if stage.steps else cost), reported

    def _compare_csv(self, size: Size) -> dict[str, Any]:
        """Measures both ways alternately, so that load of the machine affects both."""
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

    def _compare_spark(self, size: Size) -> dict[str, Any]:
        """Measures Features on DuckDB and on a Spark cluster of this machine, in turns."""
        stage = stages.named("features")
        first, _ = self._prepared(stage, size)
        costs: dict[str, list[Cost]] = {"duckdb": [first], "spark": []}
        with spark.cluster(self._work / "spark") as running:
            while True:
                costs["spark"].append(self._step(stage, size, on=running)[0])
                if len(costs["spark"]) >= self._times or costs["spark"][0].seconds >= ONCE_FROM_S:
                    break
                costs["duckdb"].append(self._step(stage, size)[0])
        sides = {
            name: {
                "seconds": statistics.median(cost.seconds for cost in each),
                "peak_gib": max(cost.peak_gib for cost in each),
            }
            for name, each in costs.items()
        }
        ratio = sides["spark"]["seconds"] / sides["duckdb"]["seconds"]
        return {**sides, "times": len(costs["spark"]), "ratio": ratio}

    def _compare_towers(self, size: Size) -> dict[str, Any]:
        """For each batch size: both ways, and our rate relative to the notebook's."""
        _, report = self._step(stages.named("transform"), size)  # both ways read its outputs
        report_file = self._work / "report.json"
        batches: dict[str, dict[str, Any]] = {}
        for batch in BATCHES:
            sides: dict[str, dict[str, Any]] = {}
            for way in towers.WAYS:
                spec = towers.Spec(
                    way=way,
                    transformed=report.outputs["Transform.transformed_examples"],
                    content=f"{report.outputs['Features.states']}/{CONTENT_FILE}",
                    graph=report.outputs["Transform.transform_graph"],
                    batch_size=batch,
                    epochs=_EPOCHS,
                    label_days=load_config(None, self._assignments).label_days,
                )
                command = [*_module("towers"), json.dumps(dataclasses.asdict(spec)), str(report_file)]
                cost = measure(command, self._log(f"towers-{way}"))
                sides[way] = {**json.loads(report_file.read_text()), "peak_gib": cost.peak_gib}
            ratio = sides["ours"]["examples_per_s"] / sides["notebook"]["examples_per_s"]
            batches[str(batch)] = {**sides, "ratio": ratio}
        return batches

    def _pieces(self) -> dict[str, Any]:
        report_file = self._work / "report.json"
        measure([*_module("pieces"), str(report_file)], self._log(PIECES))
        return {"milliseconds": json.loads(report_file.read_text())}

    def _log(self, name: str) -> pathlib.Path:
        return self._work / "logs" / f"{name}.log"


_LOOKBOOK = (sys.executable, "-m", "lookbook")


def _module(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"benchmarks.performance.{name}")


def _modules(stage: Stage) -> list[str]:
    """The modules of a stage and of all stages before it."""
    return sorted({module for each in (*stages.before(stage), stage) for module in each.modules})
