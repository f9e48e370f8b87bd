"""Tables of the results, for the terminal and for docs/performance.md."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.document import table
from benchmarks.environment import describe
from benchmarks.performance.cells import BATCHES, BESIDE_CSV, BESIDE_SPARK, BESIDE_TOWERS, PIECES
from benchmarks.performance.pieces import AS_IS, AS_WAS
from benchmarks.performance.shops import Size
from benchmarks.performance.spark import CORES, MEMORY_GIB, WORKERS
from benchmarks.performance.stages import STAGES
from benchmarks.performance.towers import WAYS, K
from benchmarks.targets import Checked, Target, check, target_table

Results = Mapping[str, Mapping[str, Any]]
COMMAND = "make bench"
_FULL, _MILLION = "31.8M", "1M"


def render(results: Results, sizes: Sequence[Size]) -> str:
    """A Markdown text of all results.

    Args:
        results: results of the cells by name.
        sizes: sizes to show.
    """
    parts = [
        describe(results),
        target_table(targets(results)),
        *(_stages(results, size) for size in sizes),
        _growth(results, sizes),
        *(_comparisons(results, size) for size in sizes),
        _pieces(results),
    ]
    return "\n\n".join(filter(None, parts))


def targets(results: Results) -> list[Checked]:
    """The rows of `check` for the targets of this benchmark."""
    combined: dict[str, Mapping[str, Any]] = dict(results)
    lists = [results.get(f"{name}-{_FULL}") for name in ("candidates", "ranking")]
    if all(lists):
        combined[_LISTS] = {"seconds": sum(result["seconds"] for result in lists if result)}
    return check(_TARGETS, combined)


_LISTS = "candidates and ranking"
_TARGETS = (
    Target("full size: synthesize", f"synthesize-{_FULL}", "seconds", "at most", 300, " s"),
    Target("full size: synthesize, memory", f"synthesize-{_FULL}", "peak_gib", "at most", 4, " GiB"),
    Target("full size: ingest with all row checks", f"ingest-{_FULL}", "seconds", "at most", 180, " s"),
    Target("full size: ingest, memory", f"ingest-{_FULL}", "peak_gib", "at most", 8, " GiB"),
    Target(
        "1 M rows: ingest over CsvExampleGen, rows/s", f"{BESIDE_CSV}-{_MILLION}", "ratio", "at least", 15, " times"
    ),
    Target("full size: state and interactions, six weeks", f"features-{_FULL}", "seconds", "at most", 240, " s"),
    Target("full size: state and interactions, memory", f"features-{_FULL}", "peak_gib", "at most", 12, " GiB"),
    Target("full size: statistics, schema, validation", f"validation-{_FULL}", "seconds", "at most", 120, " s"),
    Target("full size: Transform", f"transform-{_FULL}", "seconds", "at most", 480, " s"),
    *(
        Target(
            f"1 M rows, batch {batch}: retrieval over the notebook way, examples/s",
            f"{BESIDE_TOWERS}-{_MILLION}",
            f"{batch}.ratio",
            "at least",
            2,
            " times",
        )
        for batch in BATCHES
    ),
    Target("full size: candidate lists and ranking", _LISTS, "seconds", "at most", 720, " s"),
    Target("full size: evaluation", f"evaluation-{_FULL}", "seconds", "at most", 180, " s"),
    Target("full size: the whole run", f"run-{_FULL}", "seconds", "at most", 2700, " s"),
    Target("full size: the whole run, memory", f"run-{_FULL}", "peak_gib", "at most", 16, " GiB"),
    Target("full size: refresh", f"refresh-{_FULL}", "seconds", "at most", 600, " s"),
)


def _stages(results: Results, size: Size) -> str:
    rows = []
    for stage in STAGES:
        result = results.get(f"{stage.name}-{size.name}")
        if result:
            rows.append(
                (
                    stage.name,
                    stage.does,
                    _seconds(result["seconds"]),
                    str(result["times"]),
                    f"{result['rows']:,} {stage.rows}",
                    f"{result['rows_per_s']:,.0f}",
                    f"{result['peak_gib']:.1f}",
                    f"{result['others']:.1f}",
                )
            )
    header = ("stage", "does", "seconds", "median of", "rows", "rows/s", "peak GiB", "others")
    title = f"### {size.transactions:,} transactions"
    return f"{title}\n\n{table(header, rows)}" if rows else ""


def _growth(results: Results, sizes: Sequence[Size]) -> str:
    """Seconds and peak memory over the sizes."""
    rows = []
    for stage in STAGES:
        found = [results.get(f"{stage.name}-{size.name}") for size in sizes]
        if any(found):
            cells = [f"{_seconds(each['seconds'])} s, {each['peak_gib']:.1f} GiB" if each else "" for each in found]
            rows.append((stage.name, *cells))
    header = ("stage", *(size.name for size in sizes))
    return f"### How it grows\n\n{table(header, rows)}" if rows and len(sizes) > 1 else ""


def _comparisons(results: Results, size: Size) -> str:
    parts = []
    csv = results.get(f"{BESIDE_CSV}-{size.name}")
    if csv:
        rows = [
            (name, f"{csv[side]['rows_per_s']:,.0f}", f"{csv[side]['peak_gib']:.1f}")
            for name, side in (("Ingest, all three CSVs", "ours"), ("CsvExampleGen, transactions alone", "theirs"))
        ]
        times = f"{csv['ratio']:.1f} times the rows/s, medians of {csv['times']}, in turns; others {csv['others']:.1f}."
        parts.append(f"{table(('step', 'transactions/s', 'peak GiB'), rows)}\n\n{times}")
    trained = results.get(f"{BESIDE_TOWERS}-{size.name}")
    if trained:
        rows = [
            (
                str(batch),
                way,
                f"{trained[str(batch)][way]['examples_per_s']:,.0f}",
                f"{trained[str(batch)][way][f'val_recall_at_{K}']:.3f}",
                f"{trained[str(batch)][way]['peak_gib']:.1f}",
                f"{trained[str(batch)]['ratio']:.2f}" if way == WAYS[0] else "",
            )
            for batch in BATCHES
            for way in WAYS
        ]
        one = trained[str(BATCHES[0])][WAYS[0]]
        header = ("batch", "way", "examples/s", f"recall@{K} of the next week", "peak GiB", "times")
        parts.append(
            f"Ids alone, {one['dim']} dimensions, {one['examples']:,} examples, {one['epochs']} epochs; recall over "
            f"{one['queries']:,} purchases; others {trained['others']:.1f}.\n\n{table(header, rows)}"
        )
    on_spark = results.get(f"{BESIDE_SPARK}-{size.name}")
    if on_spark:
        rows = [
            (name, _seconds(on_spark[side]["seconds"]), f"{on_spark[side]['peak_gib']:.1f}")
            for name, side in (("Features on DuckDB", "duckdb"), ("Features on a Spark cluster", "spark"))
        ]
        parts.append(
            f"{table(('step', 'seconds', 'peak GiB'), rows)}\n\nOn this machine: {WORKERS} workers, each with "
            f"an executor of {CORES} core and a heap of {MEMORY_GIB:g} GiB. {on_spark['ratio']:.1f} times the "
            f"seconds, medians of {on_spark['times']}, in turns; others {on_spark['others']:.1f}."
        )
    title = f"### Compared with others, {size.transactions:,} transactions"
    return "\n\n".join([title, *parts]) if parts else ""


def _pieces(results: Results) -> str:
    found = results.get(PIECES)
    if not found:
        return ""
    rows = [
        (piece, f"{ways[AS_WAS]:.1f}", f"{ways[AS_IS]:.1f}", f"{ways[AS_WAS] / ways[AS_IS]:.1f}")
        for piece, ways in found["milliseconds"].items()
    ]
    header = ("piece", f"{AS_WAS}, ms", f"{AS_IS}, ms", "times")
    return f"### Pieces of a training step of the towers\n\n{table(header, rows)}\n\nothers {found['others']:.1f}."


def _seconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
