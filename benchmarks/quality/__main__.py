"""The quality bench, by `make quality`: what the recommender is worth on real data, and each of its parts.

    python -m benchmarks.quality --data DIR [--truth CSV] [--rival CSV] [--sample DIR] [--week DIR] [--run OUT]
        [--only PATTERN]... [--set name=value]... [--work DIR] [--to docs/quality.md]

A cell that was measured with the same code, data and settings is not measured again, so a bench that was stopped goes
on, and the tables can be written anew at any time: `--only none` measures nothing. Patterns are those of a shell.
"""

import argparse
import dataclasses
import fnmatch
import gc
import pathlib
import sys
import time
import traceback
from typing import Any

from benchmarks import document
from benchmarks.circumstances import ROOT, circumstances, machine_load
from benchmarks.quality import report
from benchmarks.quality.beside import Beside
from benchmarks.quality.cells import Cell, cells_of, cells_of_sample, cells_of_week
from benchmarks.quality.place import Place
from benchmarks.quality.shop import Shop
from lookbook.environment import prepare_tensorflow


def main() -> int:
    """Measures what is asked for and was not measured yet; 1 if a cell failed."""
    options = _parser().parse_args()
    prepare_tensorflow()
    shop = Shop(options.data.resolve(), options.truth)
    cells = _cells(options, shop)
    place = Place(options.work.resolve())
    failed = _measure([cell for cell in cells if _wanted(cell, options.only)], place)
    results = {cell.name: result for cell in cells if (result := place.read(cell)) is not None}
    text = report.render(results, [cell.name for cell in cells], Beside.read(shop, options.rival, options.run))
    if options.to:
        document.put(options.to, report.COMMAND, text)
    print(text)
    return 1 if failed else 0


def _cells(options: argparse.Namespace, shop: Shop) -> list[Cell]:
    from benchmarks.quality.masking import groups
    from pipeline.config import load_config

    channels = dataclasses.asdict(load_config(None, options.set).recommender.channels)
    cells = cells_of(shop, options.set, channels, list(groups()))
    if options.sample:
        cells += cells_of_sample(Shop(options.sample.resolve()), options.set)
    if options.week:
        cells += cells_of_week(Shop(options.week.resolve()), options.set)
    return cells


def _wanted(cell: Cell, patterns: list[str] | None) -> bool:
    return any(fnmatch.fnmatch(cell.name, pattern) for pattern in patterns or ["*"])


def _measure(cells: list[Cell], place: Place) -> int:
    """Measures one cell after the other, those of one day together; returns how many failed."""
    import tensorflow as tf

    from benchmarks.quality.running import run
    from benchmarks.quality.stages import Stages

    tf.get_logger().setLevel("ERROR")  # it warns of functions that are traced for each cell anew, as they must be
    stages, failed = Stages(place.stages, _say), 0
    for cell in cells:
        if place.path(cell).exists():
            continue
        if cell.as_of == "end" and not cell.shop.knows_what_follows(cell.back):
            _say(f"{cell.name}: left out, what was bought after the data is not given (--truth)")
            continue
        others, start_s = machine_load(), time.monotonic()
        _say(f"{cell.name} ...")
        try:
            result: dict[str, Any] = run(cell, stages)
        except Exception:  # one that cannot be measured must not keep the others from it
            traceback.print_exc()
            failed += 1
            continue
        place.write(cell, {**result, "others": others, **circumstances()})
        tf.keras.backend.clear_session()
        gc.collect()
        _say(f"{cell.name}: {time.monotonic() - start_s:.0f} s, MAP@12 {report.map_of(result):.4f}")
    return failed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description="The quality bench.")
    path = pathlib.Path
    parser.add_argument("--data", type=path, required=True, help="folder of the three CSVs")
    parser.add_argument("--truth", type=path, help="CSV of what was bought in the week after them")
    parser.add_argument("--rival", type=path, help="CSV of another's recommendations for that week, to compare with")
    parser.add_argument("--sample", type=path, help="folder of a small shop, judged on its last four weeks")
    parser.add_argument("--week", type=path, help="folder of a single week, judged on its last two days")
    parser.add_argument("--run", type=path, help="OUT of a `lookbook run` on the data, for the time it took")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="cells to measure; repeatable")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="setting of all cells")
    parser.add_argument("--to", type=path, help="document to put the tables in")
    parser.add_argument("--work", type=path, default=ROOT / "build" / "bench-quality", help="folder to use")
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
