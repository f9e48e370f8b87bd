"""The bench of the stages, by `make bench`: what each costs at several sizes, into docs/performance.md.

    python -m benchmarks.performance [--sizes 0.1,1,10,31.8] [--only PATTERN]... [--set NAME=VALUE]... [--times 3]
        [--again] [--profile STAGE] [--to docs/performance.md] [--work DIR]

A cell that was measured with the same code and settings is not measured again, so a bench that was stopped goes on.
What was measured is kept beside the document, in docs/performance.json, or without one in the folder of the bench, and
whatever sizes are asked for, the document is of all that is kept.
Patterns are those of a shell: `--only 'features-*'`. `--profile` measures nothing: it writes where the time of a stage
goes, at each size, to a file in the folder of the bench, and says which.
"""

import argparse
import fnmatch
import pathlib
import sys
import time
import traceback

from benchmarks import document
from benchmarks.circumstances import ROOT, circumstances, machine_load
from benchmarks.performance import report, stages
from benchmarks.performance.cells import TIMES, Bench
from benchmarks.performance.shops import SIZES, Size


def main() -> int:
    """Measures what is asked for and was not measured yet; 1 if a promise is missed or a cell could not be measured."""
    options = _parser().parse_args()
    work = options.work.resolve()
    results = options.to.with_suffix(".json") if options.to else None
    bench = Bench(work, options.set, _say, options.times, results)
    if options.profile:
        for size in options.sizes:
            to = work / f"profile-{options.profile}-{size.name}.md"
            bench.profile(stages.named(options.profile), size, to)
            _say(f"{to}")
        return 0
    cells = [bench.pieces(), *(cell for size in options.sizes for cell in bench.cells(size))]
    wanted = [cell for cell in cells if any(fnmatch.fnmatch(cell.name, each) for each in options.only or ["*"])]
    if options.only and not wanted:
        _say(f"nothing is measured: --only names none of {', '.join(cell.name for cell in cells)}")
    failed = 0
    for cell in wanted:
        if bench.read(cell) and not options.again:
            continue
        others, start_s = machine_load(), time.monotonic()
        try:
            result = cell.measure()
        except Exception:  # one that cannot be measured must not keep the others from it
            traceback.print_exc()
            failed += 1
            continue
        bench.write(cell, {**result, "others": others, **circumstances()})
        _say(f"{cell.name}: {time.monotonic() - start_s:.0f} s")
    sizes = sorted({*map(Size, SIZES), *options.sizes}, key=lambda size: size.millions)
    cells = [bench.pieces(), *(cell for size in sizes for cell in bench.cells(size))]
    results = {cell.name: result for cell in cells if (result := bench.read(cell))}
    text = report.render(results, sizes)
    if options.to:
        document.put(options.to, report.COMMAND, text)
    print(text)
    return 1 if failed or any(holds is False for *_, holds in report.bars(results)) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.performance", description="The bench of the stages.")
    profiled = [stage.name for stage in stages.STAGES if stage.steps]
    parser.add_argument("--sizes", type=_sizes, default=_sizes(",".join(map(str, SIZES))), help="million transactions")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="cells to measure; repeatable")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="setting of all runs")
    parser.add_argument("--times", type=int, default=TIMES, help=f"how often what is quick is measured; {TIMES}")
    parser.add_argument("--again", action="store_true", help="measure also what was measured")
    parser.add_argument("--profile", choices=profiled, help="write where the time of a stage goes")
    parser.add_argument("--to", type=pathlib.Path, help="document to put the tables in")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build" / "bench", help="folder to use")
    return parser


def _sizes(text: str) -> list[Size]:
    try:
        return [Size(float(word)) for word in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"sizes are numbers such as 0.1,1; received {text!r}") from error


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
