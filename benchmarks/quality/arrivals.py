"""Measures how well articles that were never sold before are recommended (`make quality-arrivals`).

    python -m benchmarks.quality.arrivals --data DIR [--week DIR] [--only PATTERN]... [--set NAME=VALUE]...
        [--work DIR] [--to docs/quality.md]

Each cell is trained before the test week, as in `python -m benchmarks.quality`, and shares its stages. Judged are the
purchases in the test week of articles that nobody bought before. On a synthetic shop, its oracle gives the ceiling.
"""

import argparse
import fnmatch
import pathlib
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks import document
from benchmarks.environment import ROOT, environment
from benchmarks.quality import arithmetic
from benchmarks.quality.arithmetic import K
from benchmarks.quality.cell_results import CellResults
from benchmarks.quality.cells import Cell
from benchmarks.quality.formatting import mean, not_run, share, words
from benchmarks.quality.shop import Shop
from benchmarks.quality.stages import Stages
from lookbook.environment import prepare_tensorflow
from models.metrics import bootstrap_interval
from pipeline.oracle import arrival_ranks, bought_in_test_week
from transforms.calendar import date_of, load_calendar

COMMAND = "make quality-arrivals"
# What is changed, and the settings that change it.
_NO_CONTENT = ("content.picture=none", "content.text=none")
_NO_CHANNEL = ("recommender.channels.new_arrivals=0",)
VARIANTS: dict[str, tuple[str, ...]] = {
    "default": (),
    "no_pictures": ("content.picture=none",),
    "no_texts": ("content.text=none",),
    "no_content": _NO_CONTENT,
    "no_id_dropout": ("retrieval.id_dropout=0",),
    "no_new_arrivals": _NO_CHANNEL,
    "no_content_and_no_new_arrivals": (*_NO_CONTENT, *_NO_CHANNEL),
}
_MEASURED = "benchmarks.quality.arrivals"
_SEED = 0


def cells_of(shop: Shop, preset: str | None, assignments: Sequence[str]) -> list[Cell]:
    """The cells of a shop, one for each of `VARIANTS`.

    Args:
        shop: the data, which contain the test week.
        preset: preset of all cells, or None.
        assignments: settings of all cells.
    """
    return [
        Cell(
            name=f"arrivals-{shop.data.name}-{name}",
            shop=shop,
            back=0,
            preset=preset,
            assignments=(*assignments, *changes),
            as_of="cut",
        )
        for name, changes in VARIANTS.items()
    ]


def judge(
    candidates: Sequence[Sequence[int]], recommended: Sequence[Sequence[int]], bought: Sequence[set[int]]
) -> dict[str, Any]:
    """Figures of the customers who bought new articles.

    >>> judge([[5, 6], [7, 8]], [[5], [9]], [{5, 6, 1}, {8}])["candidates"]
    [0.666667, 1.0]

    Args:
        candidates: rows of each customer's candidates.
        recommended: rows of each customer's recommendations.
        bought: rows of the new articles that each customer bought, at least one.

    Returns:
        `candidates` and `recommended`: share of each customer's purchases among them, the first `K` of the latter.
        `among_candidates` and `hits`: numbers of purchases.
    """
    top = [set(rows[:K]) for rows in recommended]
    widest = max(map(len, candidates), default=0)
    return {
        "customers": len(bought),
        "purchases": sum(map(len, bought)),
        "candidates": arithmetic.rounded(arithmetic.share_found(candidates, bought, widest)) if widest else [],
        "recommended": arithmetic.rounded(arithmetic.share_found(recommended, bought, K)) if widest else [],
        "among_candidates": sum(len(set(rows) & each) for rows, each in zip(candidates, bought, strict=True)),
        "hits": sum(len(rows & each) for rows, each in zip(top, bought, strict=True)),
    }


def measure(cell: Cell, stages: Stages) -> dict[str, Any]:
    """Runs the missing stages of a cell and judges its model on the new articles of the test week.

    Args:
        cell: the cell, judged as of the cut.
        stages: the stages of all cells.
    """
    from benchmarks.quality.judging import collect, to_judge
    from benchmarks.quality.purchase_history import read_history

    made = stages.of(cell)
    bought, calendar = bought_in_test_week(made.states), load_calendar(made.states)
    judged = to_judge(made.states, bought, read_history(made.tables, calendar.cut, bought))
    new = [each - judged.sold for each in judged.bought]
    some = [i for i, each in enumerate(new) if each]
    recommender = made.recommender()

    def ask(customers):
        query = recommender.query(customers)
        return {
            "candidates": recommender.candidates(query).article_rows,
            "recommended": recommender.recommend(query, K).article_rows,
        }

    lists = collect(judged.customers[some], ask) if some else {"candidates": [], "recommended": []}
    return {
        "cell": cell.name,
        "data": cell.shop.data.name,
        "settings": list(cell.assignments),
        "first_day": date_of(calendar.cut),
        "label_days": cell.config.label_days,
        "max_candidates": cell.config.recommender.max_candidates,
        "of": sum(map(len, bought.values())),
        **judge(lists["candidates"], lists["recommended"], [new[i] for i in some]),
        "oracle_ranks": arrival_ranks(cell.shop.data),
    }


def render(shop: str, measured: Mapping[str, dict[str, Any]]) -> str:
    """A Markdown text of the cells of one shop.

    Args:
        shop: name of the data.
        measured: results by name of the variant; variants that were not run are missing.
    """
    if not measured:
        return f"{shop}: not run."
    first = next(iter(measured.values()))
    header = (
        "what is changed",
        f"among the {first['max_candidates']} candidates",
        f"among the first {K}",
        "purchases among the candidates",
        f"hits at {K}",
        f"share of the oracle's hits at {K}",
    )
    ranks = first["oracle_ranks"]
    oracle_hits = None if ranks is None else sum(rank <= K for rank in ranks)
    rows = []
    for name in VARIANTS:
        result, label = measured.get(name), "nothing: the default" if name == "default" else name.replace("_", " ")
        if result is None:
            rows.append(not_run(label, header))
            continue
        found, top = np.array(result["candidates"]), np.array(result["recommended"])
        interval = words(bootstrap_interval(found, seed=_SEED)) if len(found) else "none"
        of_oracle = "" if oracle_hits is None else share(result["hits"], oracle_hits)
        counts = (str(result["among_candidates"]), str(result["hits"]))
        rows.append((label, interval, mean(top) if len(top) else "none", *counts, of_oracle))
    text = (
        f"{shop}, {first['label_days']} days from {first['first_day']}: {first['purchases']:,} of {first['of']:,} "
        f"purchases ({share(first['purchases'], first['of'])}) by {first['customers']:,} customers are of articles "
        "never sold before."
    )
    if ranks:
        text += f" The oracle has {share(oracle_hits or 0, len(ranks))} of them among its first {K}"
        text += f", {share(sum(rank <= 200 for rank in ranks), len(ranks))} among its first 200."
    return f"{text}\n\n{document.table(header, rows)}"


def main() -> int:
    """Measures the chosen cells without a result, and writes the tables. Returns 1 if a cell failed."""
    options = _parser().parse_args()
    prepare_tensorflow()
    store = CellResults(options.work.resolve(), _MEASURED)
    stages, made, failed, texts = Stages(store.stages, _print), environment(), 0, []
    for data, preset in ((options.data, options.preset), (options.week, "one-week")):
        if data is None:
            continue
        measured = {}
        for name, cell in zip(VARIANTS, cells_of(Shop(data.resolve()), preset, options.set), strict=True):
            if store.read(cell) is None and any(fnmatch.fnmatch(name, each) for each in options.only or ["*"]):
                _print(f"{cell.name} ...")
                try:
                    store.write(cell, {**measure(cell, stages), **made})
                except Exception:  # a failed cell must not stop the others
                    traceback.print_exc()
                    failed += 1
            if (result := store.read(cell)) is not None:
                measured[name] = result
        commits = sorted({result["commit"] for result in measured.values()})
        texts.append(render(data.name, measured) + (f"\n\nCommit {', '.join(commits)}." if commits else ""))
    text = "\n\n".join([f"{made['machine']}; {str(made['measured_at'])[:10]}.", *texts])
    document.publish(text, options.to, COMMAND)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {_MEASURED}", description="Figures of new articles.")
    path = pathlib.Path
    parser.add_argument("--data", type=path, required=True, help="folder of a shop, such as a synthetic one")
    parser.add_argument("--week", type=path, help="folder of a single week, which is judged on its last two days")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="variants to measure; may be repeated")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="setting of all cells")
    parser.add_argument("--preset", help="preset of the cells of --data")
    parser.add_argument("--to", type=path, help="document to write the tables to")
    parser.add_argument("--work", type=path, default=ROOT / "build" / "bench-quality", help="work folder")
    return parser


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
