"""The load bench of serving, by `make bench-serving`: at the size of H&M, over loopback, in about twenty minutes.

    python -m benchmarks.serving [--only PATTERN]... [--again] [--to docs/serving.md] [--work DIR]

Makes the shop and both models first, once for a state of the code. A cell that was measured with today's code is not
measured again, so a bench that was stopped goes on. Patterns are those of a shell: `--only 'scann-*'`.
"""

import argparse
import fnmatch
import pathlib
import sys
import time

from benchmarks import document
from benchmarks.circumstances import ROOT, circumstances, machine_load
from benchmarks.serving import report
from benchmarks.serving.cells import cells
from benchmarks.serving.place import Place
from benchmarks.serving.shop import Shop
from lookbook.environment import prepare_tensorflow


def main() -> int:
    """Measures what is asked for and was not measured yet; 1 if a promise is missed."""
    options = _parser().parse_args()
    prepare_tensorflow()
    place = Place(options.work.resolve())
    shop = Shop(place.shop, say=_say)
    measured = cells(shop)
    wanted = [name for name in measured if any(fnmatch.fnmatch(name, pattern) for pattern in options.only or ["*"])]
    if not wanted:
        print(f"error: --only must name one of {', '.join(measured)}", file=sys.stderr)
        return 2
    for kind in ("exact", "scann"):
        shop.model(kind)
    for name in wanted:
        if options.again or name not in place.read():
            others, start_s = machine_load(), time.monotonic()
            result = measured[name]()
            place.write(name, {**result, "others": others, **circumstances()})
            _say(f"{name}: {time.monotonic() - start_s:.0f} s")
    results = {name: result for name, result in place.read().items() if name in measured}
    ordered = {name: results[name] for name in measured if name in results}
    if options.to:
        document.put(options.to, report.COMMAND, report.render(ordered))
    print(report.render(ordered))
    return 1 if any(holds is False for *_, holds in report.bars(ordered)) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description="The load bench of serving.")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="cells to measure; repeatable")
    parser.add_argument("--again", action="store_true", help="measure also what was measured")
    parser.add_argument("--to", type=pathlib.Path, help="document to put the tables in")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build" / "bench-serving", help="folder to use")
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
