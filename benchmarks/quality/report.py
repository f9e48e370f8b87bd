"""The measured part of the document: environment, targets, tables and missing cells."""

import collections
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.document import table
from benchmarks.quality import tables
from benchmarks.quality.formatting import NOT_RUN, SHORT, signed, words
from benchmarks.quality.pooling import Result, Results, candidates, interval, pooled, ranking
from benchmarks.quality.references import References
from models.metrics import METRICS

COMMAND = "make quality"
_MAX_CANDIDATES, _MAX_RUN_S = 200, 720


def render(measured: Mapping[str, Result], names: Sequence[str], references: References) -> str:
    """A Markdown text of all results.

    Args:
        measured: results by name of the cell.
        names: names of all cells.
        references: the rival and the run.
    """
    if not measured:
        return "Nothing was measured yet."
    results = Results(measured, names)
    parts = [_environment(measured, names), "### Bars", _target_table(results, references)]
    for title, make in tables.TABLES.items():
        parts += [f"### {title}", make(results)]
    return "\n\n".join(parts)


def targets(results: Results, references: References) -> list[tuple[str, str, str, str, bool | None]]:
    """The targets of the last end: description, target, aim, measured value, and whether the target is met or None.

    Args:
        results: results of the cells.
        references: the rival and the run.
    """
    seeds = results.seeds(0)
    rows: list[tuple[str, str, str, str, bool | None]] = []
    for what, bar, aim, values in _TARGETS:
        if seeds is None:
            rows.append((what, f"{bar:.3f}", f"{aim:.3f}" if aim else "", NOT_RUN, None))
        else:
            found = interval(pooled([seeds], values))
            rows.append((what, f"{bar:.3f}", f"{aim:.3f}" if aim else "", words(found), found.mean >= bar))
    cap = f"at most {_MAX_CANDIDATES}"
    if seeds is None:
        rows.append(("most candidates of a customer", cap, "", NOT_RUN, None))
    else:
        most = max(max(result["candidates"]["number"]) for result in seeds)
        rows.append(("most candidates of a customer", cap, "", str(most), most <= _MAX_CANDIDATES))
    rows.append(_against_rival(seeds, references))
    run = references.run_s
    measured = NOT_RUN if run is None else f"{run:,.0f} s"
    rows.append(("CSVs to pushed", f"at most {_MAX_RUN_S} s", "", measured, None if run is None else run <= _MAX_RUN_S))
    return rows


def map_of(result: Result) -> float:
    """MAP@12 of the recommendations of a cell."""
    return float(np.mean(ranking("recommended")(result)))


_TARGETS: tuple[tuple[str, float, float | None, Callable[[Result], Sequence[float]]], ...] = (
    ("MAP@12", 0.226, 0.240, ranking("recommended")),
    ("NDCG@12", 0.352, 0.365, ranking("recommended", "ndcg_at_12")),
    ("Recall@12", 0.228, 0.240, ranking("recommended", "recall_at_12")),
    ("share of purchases among the candidates", 0.55, 0.60, candidates("found")),
    ("two towers alone, MAP@12", 0.15, None, ranking("towers")),
)


def _against_rival(seeds: list[Result] | None, references: References) -> tuple[str, str, str, str, bool | None]:
    what, bar, aim = "MAP@12 above the rival's, paired, each seed", "above 0", "interval above 0"
    if seeds is None or references.rival is None:
        return what, bar, aim, NOT_RUN, None
    ours = [np.array(ranking("recommended")(result)) for result in seeds]
    found = [interval(each - references.rival[METRICS[0]]) for each in ours]
    return what, bar, aim, "; ".join(map(signed, found)), all(each.mean > 0 for each in found)


def _target_table(results: Results, references: References) -> str:
    verdict = {True: "holds", False: "**missed**", None: ""}
    text = table(
        ("at the last end, mean of three seeds", "bar", "aim", "measured", ""),
        [(*row, verdict[holds]) for *row, holds in targets(results, references)],
    )
    if references.rival is not None:
        rival = ", ".join(f"{SHORT[name]} {words(interval(values))}" for name, values in references.rival.items())
        text += f"\n\nThe rival: {rival}."
    return text


def _environment(measured: Mapping[str, Result], names: Sequence[str]) -> str:
    results = list(measured.values())
    dates = sorted({str(result["measured_at"])[:10] for result in results})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    commits = ", ".join(sorted({str(result["commit"]) for result in results}))
    machines = "; ".join(sorted({str(result["machine"]) for result in results}))
    data = ", ".join(sorted({str(result["data"]) for result in results}))
    load = np.mean([result["others"] for result in results])
    settings = sorted({setting for name in measured if "default" in name for setting in measured[name]["settings"]})
    text = f"{machines}; {when}; commit {commits}; data {data}; other processes that wanted a processor: {load:.1f}."
    if settings:
        text += f" Set for all cells: {', '.join(f'`{setting}`' for setting in settings)}."
    missing = [name for name in names if name not in measured]
    text += f" {len(results)} of {len(names)} cells were run"
    groups = collections.Counter(name.split("-")[0] for name in missing)
    return text + "".join(f", {count} of `{group}` not" for group, count in groups.items()) + "."
