"""Measures the pages of the console, for docs/performance.md (`make bench-console`).

    python -m benchmarks.console [--out OUT] [--full] [--to docs/performance.md] [--work DIR] [--times 20]

`--out` is the output folder of a run: the console serves its model. `--full` makes a shop with H&M's numbers of rows
and random content in the work folder, where it is kept, without a model. Each page is asked for `--times` times, with
another article or customer each time, one request after the other. Times are from the request to the end of the answer.
"""

import argparse
import contextlib
import dataclasses
import pathlib
import shutil
import statistics
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import duckdb
import psutil

from benchmarks import document
from benchmarks.console.random_shop import Rows, write_shop
from benchmarks.environment import ROOT, environment, in_words
from benchmarks.running_console import running_console
from console.prepared import FOLDER

COMMAND = "make bench-console"
_TIMEOUT_S = 600
_SLOW_POLL_S = 1.0  # while models are loaded on the same processors
_NO_SERVER = "127.0.0.1:1"


@dataclasses.dataclass(frozen=True)
class PageTimes:
    """Times of a page in milliseconds: median and slowest."""

    page: str
    median_ms: float
    max_ms: float


@dataclasses.dataclass(frozen=True)
class Measured:
    """A console over one shop.

    Attributes:
        shop: description of the shop.
        prepare_s: time to sort the purchases, once for the tables.
        prepared_mib: size of the sorted file.
        start_s: time from the command to the first answer, with the purchases sorted.
        memory_mib: largest resident memory of the console's process, without model servers.
        pages: times of the pages.
    """

    shop: str
    prepare_s: float
    prepared_mib: float
    start_s: float
    memory_mib: float
    pages: list[PageTimes]


@contextlib.contextmanager
def _answering_console(out: pathlib.Path, *options: str) -> Iterator[tuple[str, psutil.Process, float]]:
    """Yields as `running_console`, and the seconds until the first answer of the catalogue."""
    started = time.monotonic()
    with running_console(out, *options) as (address, process):
        _wait(lambda: b"<h1>Catalogue" in _get(address, "catalogue"))
        yield address, process, time.monotonic() - started


def measure(out: pathlib.Path, shop: str, times: int, *options: str) -> Measured:
    """Measures the console over an output folder.

    Args:
        out: the folder.
        shop: description of the shop.
        times: number of requests of each page.
        *options: further options of the console.
    """
    shutil.rmtree(out / FOLDER, ignore_errors=True)
    with _answering_console(out, *options) as (_, _, first_s):
        pass
    (prepared,) = (out / FOLDER).glob("*.duckdb")
    articles, customers, prefixes = _ids(prepared, times)
    with _answering_console(out, *options) as (address, process, start_s):
        if not options:
            _wait(lambda: b"Answers at" in _get(address, ""), _SLOW_POLL_S)
            _get(address, f"customer?id={customers[0]}")  # starts the server of the judged model
            _wait(lambda: b"being loaded" not in _get(address, f"customer?id={customers[0]}"), _SLOW_POLL_S)
            _wait(lambda: b"being asked" not in _get(address, f"article?id={articles[0]}"), _SLOW_POLL_S)
        pages = {
            "overview": [""],
            "catalogue": ["catalogue"],
            "catalogue, search for two words": ["catalogue?q=striped+cotton"],
            "catalogue, page 20 by name": ["catalogue?order=name&page=20"],
            "article": [f"article?id={each}" for each in articles],
            "customers, by prefix": [f"customers?prefix={each}" for each in prefixes],
            "customers, by age and club": ["customers?age_group=35+to+49&club=ACTIVE"],
            "random customer": ["customers/random"],
            "customer": [f"customer?id={each}" for each in customers],
            "versions": ["versions"],
            "runs": ["runs"],
        }
        if not options:
            pages["catalogue, never recommended"] = ["catalogue?recommended=never"]
        found = [_time(page, address, addresses, times) for page, addresses in pages.items()]
        memory_mib = _peak_mib(process)
    return Measured(shop, max(first_s - start_s, 0.0), prepared.stat().st_size / 2**20, start_s, memory_mib, found)


def render(results: list[Measured]) -> str:
    """The tables of the document.

    Args:
        results: results of the shops.
    """
    parts = [f"{in_words(environment())}."]
    header = ("shop", "sorting, once", "sorted file", "start to the first page", "memory")
    rows = [
        (
            each.shop,
            f"{each.prepare_s:.0f} s" if each.prepare_s >= 1 else "below 1 s",
            f"{each.prepared_mib:,.0f} MiB",
            f"{each.start_s:.1f} s",
            f"{each.memory_mib:,.0f} MiB",
        )
        for each in results
    ]
    parts.append(document.table(header, rows))
    names = list(dict.fromkeys(times.page for each in results for times in each.pages))
    table = []
    for name in names:
        found = [next((times for times in each.pages if times.page == name), None) for each in results]
        table.append((name, *(f"{t.median_ms:,.0f} ({t.max_ms:,.0f})" if t else "" for t in found)))
    parts.append(document.table(("page: median (slowest) in ms", *(each.shop for each in results)), table))
    return "\n\n".join(parts)


def main() -> int:
    """Measures the chosen shops and writes the document."""
    options = _parser().parse_args()
    results = []
    if options.out is not None:
        results.append(measure(options.out, "synthetic, with the model", options.times))
    if options.full:
        out, rows = options.work / "shop", Rows()
        if not (out / "metadata.db").exists():
            shutil.rmtree(out, ignore_errors=True)
            write_shop(out, rows)
        size = f"{rows.transactions / 1e6:.1f} M transactions, without a model"
        results.append(measure(out, size, options.times, "--server", _NO_SERVER))
    if not results:
        print("--out or --full must be given", file=sys.stderr)
        return 2
    text = render(results)
    print(text)
    if options.to:
        document.write(options.to, COMMAND, text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, help="output folder of a run")
    parser.add_argument("--full", action="store_true", help="measure a shop of H&M's size with random content")
    parser.add_argument("--to", type=pathlib.Path, help="document whose tables are replaced")
    parser.add_argument("--times", type=int, default=20, help="requests of each page")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build" / "bench-console", help="work folder")
    return parser


def _ids(prepared: pathlib.Path, count: int) -> tuple[list[str], list[str], list[str]]:
    """Random ids of articles and customers with purchases, and beginnings of ids."""
    with duckdb.connect(str(prepared), read_only=True) as connection:
        (customers,) = connection.execute(
            "select list(customer_id) from (select customer_id from customers where customer_row in"
            " (select customer_row from purchases using sample reservoir(1000 rows) repeatable (1))"
            " order by hash(customer_row) limit ?)",
            [count],
        ).fetchone()
        (articles,) = connection.execute(
            "select list(article_id) from (select distinct article_id from weeks order by hash(article_id) limit ?)",
            [count],
        ).fetchone()
    return articles, customers, [each[:4] for each in customers]


def _time(page: str, address: str, addresses: list[str], times: int) -> PageTimes:
    _get(address, addresses[-1])  # the first request of a template compiles it
    taken = []
    for number in range(times):
        started = time.perf_counter()
        _get(address, addresses[number % len(addresses)])
        taken.append((time.perf_counter() - started) * 1000)
    return PageTimes(page, statistics.median(taken), max(taken))


def _get(address: str, page: str) -> bytes:
    with urllib.request.urlopen(address + page, timeout=_TIMEOUT_S) as answer:
        return answer.read()


def _wait(ready: Callable[[], bool], poll_s: float = 0.02) -> None:
    deadline = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.HTTPError):  # the purchases are still being sorted
            if ready():
                return
        time.sleep(poll_s)
    raise RuntimeError(f"the console must be ready within {_TIMEOUT_S} s")


def _peak_mib(process: psutil.Process) -> float:
    lines = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
