"""The tables: each a function of the results, a row that cannot be told yet saying so."""

from collections.abc import Callable, Sequence

import numpy as np

from models.metrics import METRICS, Interval
from tests.benches.document import table
from tests.benches.quality.arithmetic import PAST
from tests.benches.quality.cells import BACKS, CHOSEN_BACKS, SAMPLE_BACKS
from tests.benches.quality.pooling import Result, Results, candidates, interval, pooled, ranking

NOT_RUN = "not run"
SHORT = dict(zip(METRICS, ("MAP@12", "NDCG@12", "Precision@12", "Recall@12"), strict=True))
_RANKINGS = {
    "recommended": "the recommender",
    "exclude_purchased": "the same, `recommender.exclude_purchased` on",
    "fused": "no ranker: candidates as they are fused",
    "towers": "towers alone, exact search",
    "own_purchases": "own purchases, then popular",
    "popular_in_segment": "popular in the age segment",
    "popular": "popular",
}


def words(value: Interval) -> str:
    """A mean with its interval.

    >>> words(Interval(0.25, 0.2, 0.3))
    '0.2500 [0.2000, 0.3000]'
    """
    return f"{value.mean:.4f} [{value.low:.4f}, {value.high:.4f}]"


def signed(value: Interval) -> str:
    """A difference with its interval.

    >>> signed(Interval(0.25, -0.2, 0.3))
    '+0.2500 [-0.2000, +0.3000]'
    """
    return f"{value.mean:+.4f} [{value.low:+.4f}, {value.high:+.4f}]"


def by_end(results: Results) -> str:
    """The default at each end."""
    header = ("week from", "customers", "MAP@12", "by seed", *list(SHORT.values())[1:])
    rows = []
    for back in BACKS:
        seeds = results.seeds(back)
        if seeds is None:
            rows.append(_not_run(_weeks_before(back), (*header, "", "", "")))
            continue
        ours = pooled([seeds], ranking("recommended"))
        simple = {name: pooled([seeds], ranking(name)) for name in ("own_purchases", "popular")}
        better = max(simple.values(), key=lambda values: float(values.mean()))
        means = [_mean(pooled([seeds], ranking("recommended", metric))) for metric in METRICS[1:]]
        by_seed = ", ".join(_mean(pooled([[result]], ranking("recommended"))) for result in seeds)
        baselines = [_mean(values) for values in simple.values()]
        first = seeds[0]
        head = (first["first_day"], f"{first['customers']:,}", words(interval(ours)), by_seed)
        rows.append((*head, *means, *baselines, signed(interval(ours - better))))
    return table((*header, "own purchases", "popular", "MAP@12 above the better of the two"), rows)


def rankings(results: Results) -> str:
    """What else could be recommended, over all ends."""
    ends = results.ends()
    rows = []
    for name, label in _RANKINGS.items():
        if ends:
            columns = [pooled(ends, ranking(name, metric)) for metric in METRICS]
            rows.append((label, words(interval(columns[0])), *map(_mean, columns[1:])))
        else:
            rows.append(_not_run(label, (*METRICS, "")))
    return f"{_which(results)}\n\n" + table(("ranking", *SHORT.values()), rows)


def where_lost(results: Results) -> str:
    """Purchases found, ranked too low, or not among the candidates."""
    header = ("week from", "among the candidates", "recommended", "there, but ranked below 12", "not among them")
    rows = []
    for back in BACKS:
        seeds = results.seeds(back)
        if seeds is None:
            rows.append(_not_run(_weeks_before(back), (*header, "", "", "")))
            continue
        found = pooled([seeds], candidates("found"))
        top = pooled([seeds], ranking("recommended", "recall_at_12"))
        number = pooled([seeds], candidates("number"))
        most = max(max(result["candidates"]["number"]) for result in seeds)
        shares = (words(interval(found)), _mean(top), _mean(found - top), _mean(1 - found))
        best = _mean(pooled([seeds], candidates("at_best")))
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
            rows.append(_not_run(_weeks_before(back), (*header, *kinds)))
            continue
        recalls = [_mean(pooled([seeds], _nearest(kind, k))) for kind, k in kinds]
        rows.append((seeds[0]["first_day"], words(interval(pooled([seeds], ranking("towers")))), *recalls))
    return table((*header, *(f"recall@{k}, {'ScaNN' if kind == 'scann' else kind}" for kind, k in kinds)), rows)


def channels(results: Results) -> str:
    """Each channel alone, and what is lost without it."""
    ends = [[result] for back in BACKS if (result := results.chosen(back))]
    header = ("channel", "its own recall", "recall of the candidates lost without it", "MAP@12 when it is off")
    names = list(ends[0][0]["channels"]) if ends else []
    rows = []
    for name in names:
        shares = {what: pooled(ends, _channel(name, what)) for what in ends[0][0]["channels"][name]}
        all_found = pooled(ends, candidates("found"))
        lost = signed(interval(shares["without"] - all_found)) if "without" in shares else "it is the only one"
        rows.append((f"`{name}`", _mean(shares["own"]), lost, _difference(results, f"no_{name}")))
    return table(header, rows or [_not_run("", header)])


def ablations(results: Results) -> str:
    """What each part is worth, at the ends that ablations have."""
    header = ("what is changed", "MAP@12", "difference from the default", "by week", "among the candidates")
    names = dict.fromkeys(name.split("-")[1] for name in results.measured if name.startswith("ablation-"))
    default = [[result] for back in CHOSEN_BACKS if (result := results.chosen(back))]
    whole = len(default) == len(CHOSEN_BACKS)
    rows = []
    if whole:
        found = _mean(pooled(default, candidates("found")))
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
            rows.append((_spoken(name), figure, *_by_week(each), _mean(pooled(ends, candidates("found")))))
        else:
            rows.append(_not_run(_spoken(name), header))
    return table(header, rows or [_not_run("", header)])


def systems(results: Results) -> str:
    """Other people's systems, by settings."""
    header = ("system", *SHORT.values(), "MAP@12 of the last week", "AUC", "precision at 0.5", "recall at 0.5")
    rows = []
    for label, pattern in (
        ("the default", "default-seed0-{}"),
        ("factorised ids, 64 dimensions, Adagrad", "system-ids_only-{}"),
        ("towers of 32, random negatives, sigmoid", "system-random_negatives-{}"),
    ):
        found = results.all([pattern.format(back) for back in CHOSEN_BACKS])
        if not found:
            rows.append(_not_run(label, header))
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
        one = _mean(pooled([[last]], ranking("recommended"))) if last else NOT_RUN
        rows.append((label, words(interval(columns[0])), *map(_mean, columns[1:]), one, *sampled))
    return table(header, rows)


def cold_customers(results: Results) -> str:
    """Customers by what they had bought before."""
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
        others = [_mean(pooled(ends, ranking(name))[of]) for name in ("popular", "own_purchases")]
        rows.append(
            (group, f"{of.sum():,}", words(interval(ours)), _mean(theirs), signed(interval(ours - theirs)), *others)
        )
    header = ("purchases before", "customers", "MAP@12", "popular in the age segment", "difference", "popular")
    return f"{_which(results)}\n\n" + table((*header, "own purchases"), rows)


def cold_articles(results: Results) -> str:
    """Articles that nobody had bought before the judged week."""
    ends = results.ends()
    if not ends:
        return NOT_RUN
    rows = []
    for seeds in ends:
        counted = [result["never_sold"] for result in seeds]
        bought, new = counted[0]["purchases"], counted[0]["new"]
        found = [
            _share(sum(each[name] for each in counted), new * len(counted))
            for name in ("among_candidates", "recommended", "popular")
        ]
        rows.append((seeds[0]["first_day"], f"{bought:,}", f"{new:,}", _share(new, bought), *found))
    header = ("week from", "purchases", "of new articles", "their share", "among the candidates", "recommended")
    return table((*header, "popular in the age segment"), rows)


def new_to_customer(results: Results) -> str:
    """`exclude_purchased` off and on, on all purchases and on those that are new to the customer."""
    ends = results.ends()
    if not ends:
        return NOT_RUN
    rows = []
    for label, name in (("off", "recommended"), ("on", "exclude_purchased")):
        fresh = [[{**result, **result["new_only"]} for result in seeds if result["new_only"]] for seeds in ends]
        columns = [pooled([end for end in fresh if end], _of(name, metric)) for metric in METRICS]
        whole = words(interval(pooled(ends, ranking(name))))
        rows.append((label, whole, words(interval(columns[0])), *map(_mean, columns[1:])))
    header = ("`recommender.exclude_purchased`", "MAP@12 of all purchases", "MAP@12 of what was new to the customer")
    return f"{_which(results)}\n\n" + table((*header, *list(SHORT.values())[1:]), rows)


def sample(results: Results) -> str:
    """The small shop, week by week and in all."""
    return _small(results, [f"sample-{back}" for back in SAMPLE_BACKS])


def week(results: Results) -> str:
    """The single week."""
    return _small(results, ["week-0"])


def cost(results: Results) -> str:
    """Seconds of each stage, each counted once however many cells share it."""
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
    "Beside simple recommenders": rankings,
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
            rows.append(_not_run(name, header))
            continue
        ends.append([result])
        rows.append(_beside_simple(str(result["first_day"]), [[result]]))
    if len(ends) > 1:
        rows.append(_beside_simple("all of them", ends))
    return table(header, rows)


def _beside_simple(label: str, ends: list[list[Result]]) -> tuple[str, ...]:
    ours = pooled(ends, ranking("recommended"))
    simple = [pooled(ends, ranking(name)) for name in ("own_purchases", "popular")]
    better = max(simple, key=lambda values: float(values.mean()))
    figures = (words(interval(ours)), *(words(interval(values)) for values in simple), signed(interval(ours - better)))
    return (label, f"{len(ours):,}", *figures)


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


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _which(results: Results) -> str:
    weeks = ", ".join(str(seeds[0]["first_day"]) for seeds in results.ends())
    return f"Over the customers of the weeks from {weeks}." if weeks else NOT_RUN


def _weeks_before(back: int) -> str:
    return f"{back} before the last" if back else "the last"


def _not_run(label: str, header: Sequence[str]) -> tuple[str, ...]:
    return (label, NOT_RUN, *("",) * (len(header) - 2))


def _mean(values: np.ndarray) -> str:
    return f"{values.mean():.4f}"


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.4f}" if whole else "none"


def _nearest(kind: str, k: int) -> Callable[[Result], Sequence[float]]:
    return lambda result: result["towers"][kind][f"recall_at_{k}"]


def _channel(name: str, what: str) -> Callable[[Result], Sequence[float]]:
    return lambda result: result["channels"][name][what]


def _of(name: str, metric: str) -> Callable[[Result], Sequence[float]]:
    return lambda result: result[name][metric]
