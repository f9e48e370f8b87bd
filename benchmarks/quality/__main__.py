"""Measures the quality of the recommender and of each of its parts on real data (`make quality`).

    python -m benchmarks.quality --data DIR [--truth CSV] [--rival CSV] [--sample DIR] [--week DIR] [--run OUT]
        [--only PATTERN]... [--set name=value]... [--work DIR] [--to docs/quality.md]

A cell that was measured with the same code, data and settings is not measured again, so a stopped benchmark can
continue. `--only none` measures nothing and only writes the tables. Patterns are shell patterns.
"""

import argparse
import fnmatch
import gc
import pathlib
import sys
import time
import traceback
from typing import Any

from benchmarks import document
from benchmarks.environment import ROOT, environment, machine_load
from benchmarks.quality import report
from benchmarks.quality.cell_results import CellResults
from benchmarks.quality.cells import Cell, cells_of, cells_of_sample, cells_of_week
from benchmarks.quality.references import References
from benchmarks.quality.shop import Shop
from lookbook.environment import prepare_tensorflow


def main() -> int:
    """Measures the chosen cells without a result. Returns 1 if a cell failed."""
    options = _parser().parse_args()
    prepare_tensorflow()
    shop = Shop(options.data.resolve(), options.truth)
    cells = _cells(options, shop)
    store = CellResults(options.work.resolve())
    failed = _measure([cell for cell in cells if _wanted(cell, options.only)], store)
    results = {cell.name: result for cell in cells if (result := store.read(cell)) is not None}
    text = report.render(results, [cell.name for cell in cells], References.read(shop, options.rival, options.run))
    document.publish(text, options.to, report.COMMAND)
    return 1 if failed else 0


def _cells(options: argparse.Namespace, shop: Shop) -> list[Cell]:
    from benchmarks.quality.masking import groups
    from pipeline.config import load_config

    channels = dict(load_config(None, options.set).recommender.channels)
    cells = cells_of(shop, options.set, channels, list(groups()))
    if options.sample:
        cells += cells_of_sample(Shop(options.sample.resolve()), options.set)
    if options.week:
        cells += cells_of_week(Shop(options.week.resolve()), options.set)
    return cells


def _wanted(cell: Cell, patterns: list[str] | None) -> bool:
    return any(fnmatch.fnmatch(cell.name, pattern) for pattern in patterns or ["*"])


def _measure(cells: list[Cell], store: CellResults) -> int:
    """Measures one cell after the other. Returns the number of failed cells."""
    import tensorflow as tf

    from benchmarks.quality.cell_runner import run
    from benchmarks.quality.stages import Stages

    tf.get_logger().setLevel("ERROR")  # functions are traced again for each cell, which causes warnings
    stages, failed = Stages(store.stages, _print), 0
    for cell in cells:
        if store.path(cell).exists():
            continue
        if cell.as_of == "end" and not cell.shop.knows_what_follows(cell.back):
            _print(f"{cell.name}: skipped, because the purchases after the data are not given (--truth)")
            continue
        others, start_s = machine_load(), time.monotonic()
        _print(f"{cell.name} ...")
        try:
            result: dict[str, Any] = run(cell, stages)
        except Exception:  # a failed cell must not stop the others
            traceback.print_exc()
            failed += 1
            continue
        store.write(cell, {**result, "others": others, **environment()})
        tf.keras.backend.clear_session()
        gc.collect()
        _print(f"{cell.name}: {time.monotonic() - start_s:.0f} s, MAP@12 {report.map_of(result):.4f}")
    return failed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description="Benchmark of quality.")
    path = pathlib.Path
    parser.add_argument("--data", type=path, required=True, help="folder of the three CSVs")
    parser.add_argument("--truth", type=path, help="CSV of the purchases in the week after the data")
    parser.add_argument("--rival", type=path, help="CSV of other recommendations for that week, to compare with")
    parser.add_argument("--sample", type=path, help="folder of a small shop, which is judged on its last four weeks")
    parser.add_argument("--week", type=path, help="folder of a single week, which is judged on its last two days")
    parser.add_argument("--run", type=path, help="OUT of a `lookbook run` on the data, for its duration")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="cells to measure; may be repeated")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="setting of all cells")
    parser.add_argument("--to", type=path, help="document to write the tables to")
    parser.add_argument("--work", type=path, default=ROOT / "build" / "bench-quality", help="work folder")
    return parser


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
