"""The tables of the default settings, and all tables by title. Rows without results contain "not run"."""

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.document import table
from benchmarks.quality.arithmetic import PAST
from benchmarks.quality.cells import BACKS, SAMPLE_BACKS
from benchmarks.quality.comparisons import ablations, channels, systems
from benchmarks.quality.formatting import NOT_RUN, SHORT, mean, not_run, share, signed, weeks_before, words
from benchmarks.quality.pooling import Result, Results, candidates, interval, pooled, ranking
from models.metrics import METRICS

_RANKINGS = {
    "recommended": "the recommender",
    "exclude_purchased": "the same, `recommender.exclude_purchased` on",
    "fused": "no ranker: candidates as they are fused",
    "towers": "towers alone, exact search",
    "own_purchases": "own purchases, then popular",
    "popular_in_segment": "popular in the age segment",
    "popular": "popular",
}


def by_end(results: Results) -> str:
    """The default at each end."""
    header = ("week from", "customers", "MAP@12", "by seed", *list(SHORT.values())[1:])
    rows = []
    for back in BACKS:
        seeds = results.seeds(back)
        if seeds is None:
            rows.append(not_run(weeks_before(back), (*header, "", "", "")))
            continue
        ours = pooled([seeds], ranking("recommended"))
        simple = {name: pooled([seeds], ranking(name)) for name in ("own_purchases", "popular")}
        better = max(simple.values(), key=lambda values: float(values.mean()))
        means = [mean(pooled([seeds], ranking("recommended", metric))) for metric in METRICS[1:]]
        by_seed = ", ".join(mean(pooled([[result]], ranking("recommended"))) for result in seeds)
        baselines = [mean(values) for values in simple.values()]
        first = seeds[0]
        head = (first["first_day"], f"{first['customers']:,}", words(interval(ours)), by_seed)
        rows.append((*head, *means, *baselines, signed(interval(ours - better))))
    return table((*header, "own purchases", "popular", "MAP@12 above the better of the two"), rows)


def rankings(results: Results) -> str:
    """Other rankings, over all ends."""
    ends = results.ends()
    rows = []
    for name, label in _RANKINGS.items():
        if ends:
            columns = [pooled(ends, ranking(name, metric)) for metric in METRICS]
            rows.append((label, words(interval(columns[0])), *map(mean, columns[1:])))
        else:
            rows.append(not_run(label, (*METRICS, "")))
    return f"{_which(results)}\n\n" + table(("ranking", *SHORT.values()), rows)


def where_lost(results: Results) -> str:
    """Shares of purchases that were recommended, ranked too low, or not among the candidates."""
    header = ("week from", "among the candidates", "recommended", "there, but ranked below 12", "not among them")
    rows = []
    for back in BACKS:
        seeds = results.seeds(back)
        if seeds is None:
            rows.append(not_run(weeks_before(back), (*header, "", "", "")))
            continue
        found = pooled([seeds], candidates("found"))
        top = pooled([seeds], ranking("recommended", "recall_at_12"))
        number = pooled([seeds], candidates("number"))
        most = max(max(result["candidates"]["number"]) for result in seeds)
        shares = (words(interval(found)), mean(top), mean(found - top), mean(1 - found))
        best = mean(pooled([seeds], candidates("at_best")))
        rows.append((seeds[0]["first_day"], *shares, f"{number.mean():.0f}", str(most), best))
    return table((*header, "candidates, mean", "most", "MAP@12 of the best order"), rows)


def towers(results: Results) -> str:
    """The towers alone, with both kinds of index."""
    header = ("week from", "MAP@12, exact")
    kinds = [(kind, k) for k in (100, 200) for kind in ("exact", "scann")]
    rows = []
    for back in BACKS:
        seeds = results.seeds(back)
        if seeds is None:
            rows.append(not_run(weeks_before(back), (*header, *kinds)))
            continue
        recalls = [mean(pooled([seeds], _nearest(kind, k))) for kind, k in kinds]
        rows.append((seeds[0]["first_day"], words(interval(pooled([seeds], ranking("towers")))), *recalls))
    return table((*header, *(f"recall@{k}, {'ScaNN' if kind == 'scann' else kind}" for kind, k in kinds)), rows)


def cold_customers(results: Results) -> str:
    """Customers by number of earlier purchases."""
    ends = results.ends()
    if not ends:
        return NOT_RUN
    past = np.concatenate([results[0]["past"] for results in ends])
    rows = []
    for group in PAST:
        of = past == group
        if not of.any():
            rows.append((group, "0", *("",) * 5))
            continue
        ours, theirs = (pooled(ends, ranking(name))[of] for name in ("recommended", "popular_in_segment"))
        others = [mean(pooled(ends, ranking(name))[of]) for name in ("popular", "own_purchases")]
        rows.append(
            (group, f"{of.sum():,}", words(interval(ours)), mean(theirs), signed(interval(ours - theirs)), *others)
        )
    header = ("purchases before", "customers", "MAP@12", "popular in the age segment", "difference", "popular")
    return f"{_which(results)}\n\n" + table((*header, "own purchases"), rows)


def cold_articles(results: Results) -> str:
    """Articles that were not sold before the judged week."""
    ends = results.ends()
    if not ends:
        return NOT_RUN
    rows = []
    for seeds in ends:
        counted = [result["never_sold"] for result in seeds]
        bought, new = counted[0]["purchases"], counted[0]["new"]
        found = [
            share(sum(each[name] for each in counted), new * len(counted))
            for name in ("among_candidates", "recommended", "popular")
        ]
        rows.append((seeds[0]["first_day"], f"{bought:,}", f"{new:,}", share(new, bought), *found))
    header = ("week from", "purchases", "of new articles", "their share", "among the candidates", "recommended")
    return table((*header, "popular in the age segment"), rows)


def new_to_customer(results: Results) -> str:
    """`exclude_purchased` off and on, on all purchases and on articles that are new to the customer."""
    ends = results.ends()
    if not ends:
        return NOT_RUN
    rows = []
    for label, name in (("off", "recommended"), ("on", "exclude_purchased")):
        fresh = [[{**result, **result["new_only"]} for result in seeds if result["new_only"]] for seeds in ends]
        columns = [pooled([end for end in fresh if end], _of(name, metric)) for metric in METRICS]
        whole = words(interval(pooled(ends, ranking(name))))
        rows.append((label, whole, words(interval(columns[0])), *map(mean, columns[1:])))
    header = ("`recommender.exclude_purchased`", "MAP@12 of all purchases", "MAP@12 of what was new to the customer")
    return f"{_which(results)}\n\n" + table((*header, *list(SHORT.values())[1:]), rows)


def sample(results: Results) -> str:
    """The small shop, by week and in total."""
    return _small(results, [f"sample-{back}" for back in SAMPLE_BACKS])


def week(results: Results) -> str:
    """The single week."""
    return _small(results, ["week-0"])


def cost(results: Results) -> str:
    """Seconds of each stage; a stage that several cells share counts once."""
    made: dict[str, dict[str, float]] = {}
    for result in results.measured.values():
        for stage, each in result["stages"].items():
            made.setdefault(stage, {})[each["key"]] = each["seconds"]
    rows = [
        (stage, f"{len(each)}", f"{np.mean(list(each.values())):.0f}", f"{sum(each.values()) / 60:.1f}")
        for stage, each in made.items()
    ]
    total = sum(sum(each.values()) for each in made.values()) / 60
    rows.append(("all", "", "", f"{total:.0f}"))
    return table(("stage", "times made", "seconds each", "minutes in all"), rows)


TABLES: dict[str, Callable[[Results], str]] = {
    "Week by week": by_end,
    "Compared with simple recommenders": rankings,
    "Where the loss is": where_lost,
    "Channels": channels,
    "The towers alone": towers,
    "Ablations": ablations,
    "Other systems": systems,
    "Customers with few purchases": cold_customers,
    "Articles never sold before": cold_articles,
    "What is new to the customer": new_to_customer,
    "The sample": sample,
    "The single week": week,
    "What it cost": cost,
}


def _small(results: Results, names: Sequence[str]) -> str:
    header = ("week from", "customers", "MAP@12", "own purchases", "popular", "above the better of the two")
    rows, ends = [], []
    for name in names:
        result = results.measured.get(name)
        if result is None:
            rows.append(not_run(name, header))
            continue
        ends.append([result])
        rows.append(_row_with_baselines(str(result["first_day"]), [[result]]))
    if len(ends) > 1:
        rows.append(_row_with_baselines("all of them", ends))
    return table(header, rows)


def _row_with_baselines(label: str, ends: list[list[Result]]) -> tuple[str, ...]:
    ours = pooled(ends, ranking("recommended"))
    simple = [pooled(ends, ranking(name)) for name in ("own_purchases", "popular")]
    better = max(simple, key=lambda values: float(values.mean()))
    figures = (words(interval(ours)), *(words(interval(values)) for values in simple), signed(interval(ours - better)))
    return (label, f"{len(ours):,}", *figures)


def _which(results: Results) -> str:
    weeks = ", ".join(str(seeds[0]["first_day"]) for seeds in results.ends())
    return f"Over the customers of the weeks from {weeks}." if weeks else NOT_RUN


def _nearest(kind: str, k: int) -> Callable[[Result], Sequence[float]]:
    return lambda result: result["towers"][kind][f"recall_at_{k}"]


def _of(name: str, metric: str) -> Callable[[Result], Sequence[float]]:
    return lambda result: result[name][metric]
