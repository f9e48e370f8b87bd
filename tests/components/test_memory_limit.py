"""DuckDB stays within its memory limit and spills what is beyond it to disk, with the same result.

The shop has 8 million transactions; each piece of work runs in a process of its own. The allowance covers memory that
the limit does not: buffers of the CSV reader, rows that are being written, freed memory that the allocator keeps, the
purchases that the next basket reads, about 30 bytes each, and the arrays of the regressions, which are fitted beside
the queries. The matrices of the next basket have few articles here, and the tables of looks are left out: NumPy
computes them, from a bounded number of baskets.
"""

import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthetic.config import ShopConfig
from synthetic.shop import synthesize

pytestmark = pytest.mark.proof
LIMIT_GIB = {"ingest": 0.5, "state": 0.3}
ALLOWANCE_GIB = {"ingest": 0.6, "state": 0.6}
UNBOUNDED_GIB = 64
_GIB = 2**30
_WORK = '''
import json, pathlib, sys, threading
from components.features.config import FeaturesConfig
from components.features.duckdb_engine import DuckDbEngine
from components.features.states import StateWriter, prepare
from components.ingest.config import IngestConfig
from components.ingest.executor import ingest

work, source, to, limit_gib = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), float(sys.argv[4])
spilt, done = [0], threading.Event()


def peak():
    """Peak memory of this process in bytes; getrusage would include that of its parent process."""
    (line,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def look():
    while not done.wait(0.01):
        for folder in to.rglob("spill"):
            try:
                spilt[0] = max(spilt[0], sum(path.stat().st_size for path in folder.iterdir()))
            except FileNotFoundError:
                pass


looking = threading.Thread(target=look)
looking.start()
before = peak()
if work == "ingest":
    ingest(source, to / "tables", IngestConfig(memory_limit_gib=limit_gib))
else:
    (to / "spill").mkdir()
    engine = DuckDbEngine(to / "spill", limit_gib)
    prepare(engine, source, to / "states")
    (last,) = engine.query("select max(day) as day from purchases").to_pylist()
    config = FeaturesConfig(next_basket_articles=200)
    StateWriter(engine, [last["day"] + 1], config, 7).write(last["day"] + 1, to / "states", looks=False)
    engine.close()
done.set()
looking.join()
print(json.dumps({"taken": peak() - before, "spilt": spilt[0]}))
'''


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    synthesize(ShopConfig(customers=200_000, articles=20_000, transactions=8_000_000, days=400), folder)
    return folder


@pytest.fixture(scope="module")
def done(shop, tmp_path_factory):
    """Runs `work` once for each limit; returns its memory figures and its output folder."""
    folders = {}

    def of(work, limit_gib):
        if (work, limit_gib) not in folders:
            source = shop if work == "ingest" else of("ingest", UNBOUNDED_GIB)[1] / "tables"
            to = tmp_path_factory.mktemp(work)
            arguments = [work, str(source), str(to), str(limit_gib)]
            run = subprocess.run([sys.executable, "-c", _WORK, *arguments], capture_output=True, text=True)
            assert run.returncode == 0, run.stderr[-2000:]
            folders[work, limit_gib] = json.loads(run.stdout.splitlines()[-1]), to
        return folders[work, limit_gib]

    return of


@pytest.mark.parametrize("work", ["ingest", "state"])
def test_work_that_needs_more_than_the_limit_spills_and_stays_within_it(work, done):
    bounded, of_bounded = done(work, LIMIT_GIB[work])
    free, of_free = done(work, UNBOUNDED_GIB)
    assert bounded["spilt"] > 0
    assert free["spilt"] == 0
    assert bounded["taken"] < (LIMIT_GIB[work] + ALLOWANCE_GIB[work]) * _GIB < free["taken"]
    written = sorted(of_free.rglob("*.parquet"))
    assert written
    for path in written:
        assert exact_columns(of_bounded / path.relative_to(of_free)).equals(exact_columns(path)), path


def exact_columns(path):
    """Reads a table without its floating-point columns, whose values depend on the order of a sum."""
    table = pq.read_table(path)
    return table.drop([field.name for field in table.schema if pa.types.is_floating(field.type)])
