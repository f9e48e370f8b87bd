"""The load benchmark of serving (`make bench-serving`), at the size of H&M, over loopback; takes about twenty minutes.

    python -m benchmarks.serving [--only PATTERN]... [--again] [--to docs/serving.md] [--work DIR]

Makes the shop and both models first. Shop, models and results are cached by code version, so a stopped benchmark
continues where it stopped. Patterns are those of a shell: `--only 'scann-*'`.
"""

import argparse
import fnmatch
import pathlib
import sys
import time

from benchmarks import document
from benchmarks.environment import ROOT, environment, machine_load
from benchmarks.serving import report
from benchmarks.serving.cells import cells
from benchmarks.serving.paths import Paths
from benchmarks.serving.shop import Shop
from lookbook.environment import prepare_tensorflow


def main() -> int:
    """Measures the selected cells that have no result; exit status 1 if a target is missed."""
    options = _parser().parse_args()
    prepare_tensorflow()
    paths = Paths(options.work.resolve())
    shop = Shop(paths.shop, log=_log)
    measured = cells(shop)
    wanted = [name for name in measured if any(fnmatch.fnmatch(name, pattern) for pattern in options.only or ["*"])]
    if not wanted:
        print(
            f"error: --only must match one of {', '.join(measured)}. Received: {', '.join(options.only)}.",
            file=sys.stderr,
        )
        return 2
    for kind in ("exact", "scann"):
        shop.model(kind)
    for name in wanted:
        if options.again or name not in paths.read():
            others, start_s = machine_load(), time.monotonic()
            result = measured[name]()
            paths.write(name, {**result, "others": others, **environment()})
            _log(f"{name}: {time.monotonic() - start_s:.0f} s")
    results = {name: result for name, result in paths.read().items() if name in measured}
    ordered = {name: results[name] for name in measured if name in results}
    if options.to:
        document.write(options.to, report.COMMAND, report.render(ordered))
    print(report.render(ordered))
    return 1 if any(met is False for *_, met in report.targets(ordered)) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description="The load benchmark of serving.")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="cells to measure; repeatable")
    parser.add_argument("--again", action="store_true", help="ignore cached results")
    parser.add_argument("--to", type=pathlib.Path, help="document to write the tables to")
    parser.add_argument(
        "--work",
        type=pathlib.Path,
        default=ROOT / "build" / "bench-serving",
        help="folder for shop, models and results",
    )
    return parser


def _log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
