"""Tables of the results, for the terminal and for docs/serving.md."""

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.document import table
from benchmarks.environment import describe
from benchmarks.targets import Checked, Target, check, target_table

Results = Mapping[str, Mapping[str, Any]]
COMMAND = "make bench-serving"


def render(results: Results) -> str:
    """Markdown of all measured cells."""
    tables = (_under_load(results), _logged(results), _swaps(results), _alone(results))
    return "\n\n".join(filter(None, [describe(results), target_table(targets(results)), *tables]))


def targets(results: Results) -> list[Checked]:
    """Targets: name, limit, measured figure, and whether the target is met; None if it was not measured."""
    return check(_TARGETS, results)


_TARGETS = (
    Target("one client, batch 1: p99", "scann-1-client", "p99_ms", "at most", 10, " ms"),
    Target("8 clients, batch 1: answers", "scann-8-clients", "customers_per_s", "at least", 400, "/s"),
    Target("8 clients, batch 1: p99", "scann-8-clients", "p99_ms", "at most", 40, " ms"),
    Target("batch 64: customers", "scann-batch-64", "customers_per_s", "at least", 3000, "/s"),
    Target("swaps under load, a new version every 10 s", "swaps", "swaps", "at least", 20),
    Target("20 swaps under load: failed requests", "swaps", "failed", "at most", 0),
    Target("20 swaps under load: p99 during swaps", "swaps", "during.p99_ms", "at most", 50, " ms"),
    Target("memory after the last swap over that after the second", "swaps", "memory_ratio", "at most", 1.3),
    Target("8 clients with the request log over without", "log-8-clients", "ratio", "at least", 0.95),
    Target("batch 64 with the request log over without", "log-batch-64", "ratio", "at least", 0.95),
    Target("`lookbook recommend --all`, 70,000 customers", "recommend-all", "seconds", "at most", 60, " s"),
    Target("`lookbook query`, from typing to the table", "query", "median_s", "at most", 1, " s"),
    Target("recall@200 of ScaNN against exact", "index-catalogue-scann", "recall_at_200", "at least", 0.97),
)


def _under_load(results: Results) -> str:
    rows = []
    for name, result in results.items():
        match = re.fullmatch(r"(scann|exact)-(\d.*|batch-.*|open-.*)", name)
        if match:
            times = [f"{result[key]:.1f}" for key in ("p50_ms", "p99_ms", "p999_ms", "server_ms_per_request")]
            failed = sum(result["failures"].values())
            rows.append(
                (
                    match[1],
                    match[2].replace("-", " "),
                    f"{result['customers_per_s']:,.0f}",
                    *times,
                    f"{result['memory_mib']:,.0f}",
                    str(failed),
                    f"{result['others']:.1f}",
                )
            )
    header = ("index", "load", "customers/s", "p50 ms", "p99 ms", "p99.9 ms", "server CPU ms/request", "MiB")
    return table((*header, "failed", "others"), rows) if rows else ""


def _logged(results: Results) -> str:
    rows = [
        (
            name.removeprefix("log-").replace("-", " "),
            f"{result['without_per_s']:,.0f}",
            f"{result['with_per_s']:,.0f}",
            f"{result['ratio']:.3f} ({result['lowest_ratio']:.3f} to {result['highest_ratio']:.3f})",
            f"{result['without_p99_ms']:.1f}",
            f"{result['with_p99_ms']:.1f}",
            f"{result['records']:,}",
            f"{result['others']:.1f}",
        )
        for name, result in results.items()
        if name.startswith("log-")
    ]
    header = ("request log", "customers/s without", "with", "ratio of pairs: median (range)", "p99 ms without", "with")
    return table((*header, "records", "others"), rows) if rows else ""


def _swaps(results: Results) -> str:
    result = results.get("swaps")
    if result is None:
        return ""
    rows = []
    for when in ("during", "apart"):
        part = result[when]
        times = [f"{part[key]:.1f}" for key in ("p50_ms", "p99_ms", "p999_ms")]
        rows.append((f"{when} swaps" if when == "during" else "between them", f"{part['requests']:,}", *times))
    memory = ", ".join(f"{value:,.0f}" for value in result["memory_mib"])
    return (
        f"{result['swaps']} swaps, a new version every ten seconds; median duration "
        f"{result['swap_s']:.1f} s; {result['versions_that_answered']} versions answered "
        f"{result['requests']:,} requests, {result['failed']} failed; others {result['others']:.1f}.\n\n"
        + table(("requests", "number", "p50 ms", "p99 ms", "p99.9 ms"), rows)
        + f"\n\nMiB of the whole server before the first swap and after each: {memory}."
    )


def _alone(results: Results) -> str:
    rows = []
    for name, result in results.items():
        if name.startswith("index-"):
            rows.append(
                (
                    name.split("-", 2)[2],
                    f"{result['articles']:,.0f}",
                    f"{result['build_s']:.1f}",
                    f"{result['batch_1_p50_ms']:.2f}",
                    f"{result['batch_1_p99_ms']:.2f}",
                    f"{result['batch_64_queries_per_s']:,.0f}",
                    f"{result['memory_mib']:,.0f}",
                    f"{result['recall_at_200']:.3f}",
                    f"{result['others']:.1f}",
                )
            )
    header = ("index", "articles", "build s", "one query p50 ms", "p99 ms", "64 at a time, queries/s", "MiB")
    return table((*header, "recall@200", "others"), rows) if rows else ""
