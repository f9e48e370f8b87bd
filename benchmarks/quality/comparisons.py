"""Tables of cells that differ from the default by a setting: channels, ablations and other systems."""

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.document import table
from benchmarks.quality.cells import BACKS, CHOSEN_BACKS
from benchmarks.quality.formatting import NOT_RUN, SHORT, mean, not_run, signed, words
from benchmarks.quality.pooling import Result, Results, candidates, interval, pooled, ranking
from models.metrics import METRICS


def channels(results: Results) -> str:
    """Each channel alone, and the loss without it; for channels that are off by default, the gain with them."""
    ends = [[result] for back in BACKS if (result := results.chosen(back))]
    header = ("channel", "its own recall", "recall of the candidates lost without it", "MAP@12 when it is off")
    rows = [_channel_row(results, name, ends, f"no_{name}") for name in (ends[0][0]["channels"] if ends else ())]
    for name in dict.fromkeys(_changed(each)[5:] for each in results.names if _changed(each).startswith("with_")):
        tried = _ablated(results, f"with_{name}")
        if tried:
            label, *figures = _channel_row(results, name, tried, f"with_{name}")
            figures[-1] += " when it is on"
            rows.append((f"{label}, off by default", *figures))
        else:
            rows.append(not_run(f"`{name}`, off by default", header))
    return table(header, rows or [not_run("", header)])


def _channel_row(results: Results, name: str, ends: list[list[Result]], switched: str) -> tuple[str, ...]:
    shares = {what: pooled(ends, _channel(name, what)) for what in ends[0][0]["channels"][name]}
    all_found = pooled(ends, candidates("found"))
    lost = signed(interval(shares["without"] - all_found)) if "without" in shares else "it is the only one"
    return (f"`{name}`", mean(shares["own"]), lost, _difference(results, switched))


def ablations(results: Results) -> str:
    """The effect of each part, at the ends of the ablations."""
    header = ("what is changed", "MAP@12", "difference from the default", "by week", "among the candidates")
    names = dict.fromkeys(_changed(name) for name in results.names if _changed(name))
    default = [[result] for back in CHOSEN_BACKS if (result := results.chosen(back))]
    whole = len(default) == len(CHOSEN_BACKS)
    rows = []
    if whole:
        found = mean(pooled(default, candidates("found")))
        rows.append(("nothing: the default", words(interval(pooled(default, ranking("recommended")))), "", "", found))
        fused = [pooled([end], ranking("fused")) - pooled([end], ranking("recommended")) for end in default]
        rows.append(("no ranker", words(interval(pooled(default, ranking("fused")))), *_by_week(fused), found))
    for name in names:
        ends = _ablated(results, name)
        if whole and ends:
            each = [
                pooled([ours], ranking("recommended")) - pooled([theirs], ranking("recommended"))
                for ours, theirs in zip(ends, default, strict=True)
            ]
            figure = words(interval(pooled(ends, ranking("recommended"))))
            rows.append((_label(name), figure, *_by_week(each), mean(pooled(ends, candidates("found")))))
        else:
            rows.append(not_run(_label(name), header))
    return table(header, rows or [not_run("", header)])


def systems(results: Results) -> str:
    """Other systems, imitated by settings."""
    header = ("system", *SHORT.values(), "MAP@12 of the last week", "AUC", "precision at 0.5", "recall at 0.5")
    rows = []
    for label, pattern in (
        ("the default", "default-seed0-{}"),
        ("factorised ids, 64 dimensions, Adagrad", "system-ids_only-{}"),
        ("towers of 32, random negatives, sigmoid", "system-random_negatives-{}"),
    ):
        found = results.all([pattern.format(back) for back in CHOSEN_BACKS])
        if not found:
            rows.append(not_run(label, header))
            continue
        ends = [[result] for result in found]
        columns = [pooled(ends, ranking("recommended", metric)) for metric in METRICS]
        last = results.measured.get(pattern.format(0))
        sampled = [
            f"{np.mean([result['sampled'][name] for result in found]):.4f}" if "sampled" in found[0] else ""
            for name in ("auc", "precision", "recall")
        ]
        if "default" in label:
            sampled[1:] = ["", ""]  # a listwise score has no zero
        one = mean(pooled([[last]], ranking("recommended"))) if last else NOT_RUN
        rows.append((label, words(interval(columns[0])), *map(mean, columns[1:]), one, *sampled))
    return table(header, rows)


def _difference(results: Results, name: str) -> str:
    ends = _ablated(results, name)
    default = [results.chosen(back) for back in CHOSEN_BACKS]
    if not ends or None in default:
        return NOT_RUN
    theirs = pooled([[result] for result in default if result], ranking("recommended"))
    return signed(interval(pooled(ends, ranking("recommended")) - theirs))


def _ablated(results: Results, name: str) -> list[list[Result]] | None:
    found = results.all([f"ablation-{name}-{back}" for back in CHOSEN_BACKS])
    return [[result] for result in found] if found else None


def _by_week(differences: list[np.ndarray]) -> tuple[str, str]:
    return signed(interval(np.concatenate(differences))), ", ".join(f"{each.mean():+.4f}" for each in differences)


def _changed(cell: str) -> str:
    """The change of an ablation; "" for other cells."""
    return cell.split("-")[1] if cell.startswith("ablation-") else ""


def _label(name: str) -> str:
    return name.replace("_", " ")


def _channel(name: str, what: str) -> Callable[[Result], Sequence[float]]:
    return lambda result: result["channels"][name][what]
