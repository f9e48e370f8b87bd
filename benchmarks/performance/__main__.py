"""Measures time and memory of the pipeline's stages at several sizes, for docs/performance.md (`make bench`).

    python -m benchmarks.performance [--sizes 0.1,1,10,31.8] [--only PATTERN]... [--set NAME=VALUE]... [--times 3]
        [--again] [--profile STAGE] [--to docs/performance.md] [--work DIR]

A cell that was measured with the same code and settings is not measured again, so a stopped benchmark can continue.
Results are stored next to the document, in docs/performance.json, or without a document in the work folder. The
document shows all stored results, whatever sizes are chosen. Patterns are shell patterns: `--only 'features-*'`.
`--profile` does not measure: it writes a profile of a stage at each size to a file in the work folder and prints its
name.
"""

import argparse
import fnmatch
import pathlib
import sys
import time
import traceback

from benchmarks import document
from benchmarks.environment import ROOT, environment, machine_load
from benchmarks.performance import report, stages
from benchmarks.performance.cells import TIMES, Bench
from benchmarks.performance.shops import SIZES, Size


def main() -> int:
    """Measures the chosen cells without a result. Returns 1 if a target is missed or a cell failed."""
    options = _parser().parse_args()
    work = options.work.resolve()
    results = options.to.with_suffix(".json") if options.to else None
    bench = Bench(work, options.set, _print, options.times, results)
    if options.profile:
        for size in options.sizes:
            to = work / f"profile-{options.profile}-{size.name}.md"
            bench.profile(stages.named(options.profile), size, to)
            _print(f"{to}")
        return 0
    cells = [bench.pieces(), *(cell for size in options.sizes for cell in bench.cells(size))]
    wanted = [cell for cell in cells if any(fnmatch.fnmatch(cell.name, each) for each in options.only or ["*"])]
    if options.only and not wanted:
        _print(f"nothing to measure: --only must match one of {', '.join(cell.name for cell in cells)}")
    failed = 0
    for cell in wanted:
        if bench.read(cell) and not options.again:
            continue
        others, start_s = machine_load(), time.monotonic()
        try:
            result = cell.measure()
        except Exception:  # a failed cell must not stop the others
            traceback.print_exc()
            failed += 1
            continue
        bench.write(cell, {**result, "others": others, **environment()})
        _print(f"{cell.name}: {time.monotonic() - start_s:.0f} s")
    sizes = sorted({*map(Size, SIZES), *options.sizes}, key=lambda size: size.millions)
    cells = [bench.pieces(), *(cell for size in sizes for cell in bench.cells(size))]
    results = {cell.name: result for cell in cells if (result := bench.read(cell))}
    text = report.render(results, sizes)
    if options.to:
        document.write(options.to, report.COMMAND, text)
    print(text)
    return 1 if failed or any(met is False for *_, met in report.targets(results)) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.performance", description="Benchmark of the stages.")
    profiled = [stage.name for stage in stages.STAGES if stage.steps]
    parser.add_argument("--sizes", type=_sizes, default=_sizes(",".join(map(str, SIZES))), help="million transactions")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="cells to measure; may be repeated")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="setting of all runs")
    parser.add_argument(
        "--times", type=int, default=TIMES, help=f"number of repetitions of quick stages; default {TIMES}"
    )
    parser.add_argument("--again", action="store_true", help="also measure cells that have a result")
    parser.add_argument("--profile", choices=profiled, help="write a profile of a stage")
    parser.add_argument("--to", type=pathlib.Path, help="document to write the tables to")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build" / "bench", help="work folder")
    return parser


def _sizes(text: str) -> list[Size]:
    try:
        return [Size(float(word)) for word in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"sizes are numbers such as 0.1,1. Received: {text!r}") from error


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
