"""Measures towers with a joint loss and time features under a split by time (`make quality-time-split`).

    python -m benchmarks.quality.time_split --data DIR [--sample DIR] [--preset joint-loss] [--set name=value]...
        [--seeds 3] [--work DIR] [--to docs/quality.md]

A model that was measured with the same code, data and settings is not measured again. See README.md.
"""

import argparse
import json
import pathlib
import sys
from collections.abc import Callable
from typing import Any

from benchmarks import document
from benchmarks.environment import ROOT, environment, in_words
from benchmarks.quality.time_split import report
from benchmarks.quality.time_split.config import PRESET, TimeSplitConfig, load
from benchmarks.result_store import code_of
from lookbook.environment import prepare_tensorflow
from transforms.errors import ConfigError


def main() -> int:
    """Measures all variants, prints the tables, and writes them into a document if one is given."""
    options = _parser().parse_args()
    try:
        config = load(options.preset, options.set)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    prepare_tensorflow()
    seeds = f"Means of {options.seeds} seeds." if options.seeds > 1 else "One seed."
    parts = [f"{in_words(environment())}. {seeds}"]
    for data in filter(None, (options.data, options.sample)):
        parts.append(report.render(data.name, _measure(data.resolve(), config, options.seeds, options.work)))
    text = "\n\n".join(parts)
    document.publish(text, options.to, report.COMMAND)
    return 0


def _measure(data: pathlib.Path, config: TimeSplitConfig, seeds: int, work: pathlib.Path) -> report.Measured:
    """Measures the simple rankings and each variant with each seed."""
    import tensorflow as tf

    from benchmarks.quality.stages import Stages
    from benchmarks.quality.time_split.measuring import measure_model, measure_simple
    from benchmarks.quality.time_split.shop import read_shop
    from benchmarks.quality.time_split.split import split_by_time

    tf.get_logger().setLevel("ERROR")  # functions are traced again for each model, which causes warnings
    stages = Stages(work.resolve() / "stages", lambda text: print(text, file=sys.stderr, flush=True))
    key, shop = read_shop(data, stages)
    split = split_by_time(shop.purchases.days, config.train_share, config.choose_share)
    code = code_of("benchmarks.quality.time_split.measuring")

    def once(settings: dict[str, Any], measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        def make(to: pathlib.Path) -> None:
            to.mkdir()
            (to / "figures.json").write_text(json.dumps(measure()))
            tf.keras.backend.clear_session()

        return json.loads((stages.once("time-split", [key, settings, code], make) / "figures.json").read_text())

    shares = {"train_share": config.train_share, "choose_share": config.choose_share}
    models: report.Models = {name: [] for name in report.VARIANTS}
    for seed in range(seeds):
        for name, changes in report.VARIANTS.items():
            retrieval = config.retrieval.replace(seed=config.retrieval.seed + seed)
            variant = config.replace(**changes, retrieval=retrieval)
            models[name].append(once(variant.as_tree(), lambda variant=variant: measure_model(shop, split, variant)))
    return report.Measured(split, shop.purchases.days, once(shares, lambda: measure_simple(shop, split)), models)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality.time_split", description="Benchmark under a split by time."
    )
    path = pathlib.Path
    parser.add_argument("--data", type=path, required=True, help="folder of the three CSVs")
    parser.add_argument("--sample", type=path, help="folder of a second shop")
    parser.add_argument("--preset", default=PRESET, help="a preset of this folder, or the path of a TOML file")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="setting of all models")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each model, with different seeds")
    parser.add_argument("--to", type=path, help="document to write the tables to")
    parser.add_argument("--work", type=path, default=ROOT / "build" / "bench-quality", help="work folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())
