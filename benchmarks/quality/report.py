"""The document's part that is measured: circumstances, bars, tables, and what is missing."""

import collections
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.document import table
from benchmarks.quality import tables
from benchmarks.quality.beside import Beside
from benchmarks.quality.pooling import Result, Results, candidates, interval, pooled, ranking
from benchmarks.quality.wording import NOT_RUN, SHORT, signed, words
from models.metrics import METRICS

COMMAND = "make quality"
_MOST_CANDIDATES, _MOST_RUN_S = 200, 720


def render(measured: Mapping[str, Result], names: Sequence[str], beside: Beside) -> str:
    """Markdown of all that was measured.

    Args:
        measured: results by name of the cell.
        names: of all cells there could be.
        beside: the rival and the run.
    """
    if not measured:
        return "Nothing was measured yet."
    results = Results(measured, names)
    parts = [_circumstances(measured, names), "### Bars", _bars(results, beside)]
    for title, make in tables.TABLES.items():
        parts += [f"### {title}", make(results)]
    return "\n\n".join(parts)


def bars(results: Results, beside: Beside) -> list[tuple[str, str, str, str, bool | None]]:
    """What is wanted of the last end: words, bar, aim, what was measured, whether the bar holds; None if not run."""
    seeds = results.seeds(0)
    rows: list[tuple[str, str, str, str, bool | None]] = []
    for what, bar, aim, values in _BARS:
        if seeds is None:
            rows.append((what, f"{bar:.3f}", f"{aim:.3f}" if aim else "", NOT_RUN, None))
        else:
            found = interval(pooled([seeds], values))
            rows.append((what, f"{bar:.3f}", f"{aim:.3f}" if aim else "", words(found), found.mean >= bar))
    cap = f"at most {_MOST_CANDIDATES}"
    if seeds is None:
        rows.append(("most candidates of a customer", cap, "", NOT_RUN, None))
    else:
        most = max(max(result["candidates"]["number"]) for result in seeds)
        rows.append(("most candidates of a customer", cap, "", str(most), most <= _MOST_CANDIDATES))
    rows.append(_against_rival(seeds, beside))
    run = beside.run_s
    measured = NOT_RUN if run is None else f"{run:,.0f} s"
    rows.append(
        ("CSVs to pushed", f"at most {_MOST_RUN_S} s", "", measured, None if run is None else run <= _MOST_RUN_S)
    )
    return rows


def map_of(result: Result) -> float:
    """MAP@12 of what a cell recommends."""
    return float(np.mean(ranking("recommended")(result)))


_BARS: tuple[tuple[str, float, float | None, Callable[[Result], Sequence[float]]], ...] = (
    ("MAP@12", 0.226, 0.240, ranking("recommended")),
    ("NDCG@12", 0.352, 0.365, ranking("recommended", "ndcg_at_12")),
    ("Recall@12", 0.228, 0.240, ranking("recommended", "recall_at_12")),
    ("share of purchases among the candidates", 0.55, 0.60, candidates("found")),
    ("two towers alone, MAP@12", 0.15, None, ranking("towers")),
)


def _against_rival(seeds: list[Result] | None, beside: Beside) -> tuple[str, str, str, str, bool | None]:
    what, bar, aim = "MAP@12 above the rival's, paired, each seed", "above 0", "interval above 0"
    if seeds is None or beside.rival is None:
        return what, bar, aim, NOT_RUN, None
    ours = [np.array(ranking("recommended")(result)) for result in seeds]
    found = [interval(each - beside.rival[METRICS[0]]) for each in ours]
    return what, bar, aim, "; ".join(map(signed, found)), all(each.mean > 0 for each in found)


def _bars(results: Results, beside: Beside) -> str:
    said = {True: "holds", False: "**missed**", None: ""}
    text = table(
        ("at the last end, mean of three seeds", "bar", "aim", "measured", ""),
        [(*row, said[holds]) for *row, holds in bars(results, beside)],
    )
    if beside.rival is not None:
        rival = ", ".join(f"{SHORT[name]} {words(interval(values))}" for name, values in beside.rival.items())
        text += f"\n\nThe rival: {rival}."
    return text


def _circumstances(measured: Mapping[str, Result], names: Sequence[str]) -> str:
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
