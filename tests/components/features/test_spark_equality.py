"""The component writes the same tables on Spark and on DuckDB, with the same rows in the same order."""

import contextlib
import pathlib
import re
import signal
import subprocess
import tempfile
import threading

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.examples import read_examples
from components.features.config import FeaturesConfig
from components.features.duckdb_engine import DuckDbEngine
from components.features.executor import build_features
from components.features.spark_engine import SparkEngine
from components.features.states import StateWriter, prepare
from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from synthetic.shop import ShopConfig, synthesize
from tests import tiny_shop
from transforms.calendar import date_of
from transforms.content import CONTENT_FILE, KINDS, ContentVectors, write_content
from transforms.errors import ConfigError

pytestmark = pytest.mark.proof

TOLERANCE = 1e-6  # relative, for float32
SETTINGS = {
    "tiny": {"list_weeks": 1, "neighbours": 6, "popular_length": 12, "variants": 3},
    # Limits below the data, so that every top-k cuts rows off.
    "synthetic": {
        "list_weeks": 1,
        "history_length": 10,
        "recent_length": 8,
        "neighbours": 4,
        "lines_per_customer": 20,
        "popular_length": 12,
        "variants": 1,
        "interaction_window_days": 30,
    },
}


def tables(shop: str, root: pathlib.Path) -> pathlib.Path:
    """Writes the ingested tables of a shop; returns their folder."""
    if shop == "tiny":
        return tiny_shop.write_tables(root, tiny_shop.raw_articles(), tiny_shop.raw_customers(), tiny_shop.purchases())
    synthesize(ShopConfig(customers=600, articles=200, transactions=12_000, days=120, seed=4), root / "csvs")
    ingest(root / "csvs", root / "tables", IngestConfig(memory_limit_gib=1.0))
    return root / "tables"


def build(shop: str, folder: pathlib.Path, root: pathlib.Path, engine: str) -> pathlib.Path:
    config = FeaturesConfig(engine=engine, spark_master="local[2]", **SETTINGS[shop])
    root.mkdir(parents=True, exist_ok=True)
    ids = pq.read_table(folder / "articles.parquet", columns=["article_id"])["article_id"].combine_chunks()
    content = root / CONTENT_FILE
    write_content(content, ids, {kind: ContentVectors.none(len(ids)) for kind in KINDS})
    build_features(folder, content, tiny_shop.outputs(root), config, tiny_shop.LABEL_DAYS)
    return root


def read(path: pathlib.Path) -> pa.Table:
    """Reads a table of a state, or a split of Examples with sorted columns."""
    if path.suffix == ".parquet":
        return pq.read_table(path)
    table = read_examples(path.parent)
    return table.select(sorted(table.column_names))


def assert_same(ours: pa.Table, wanted: pa.Table) -> None:
    assert ours.schema.equals(wanted.schema)
    assert ours.num_rows == wanted.num_rows
    for name in wanted.column_names:
        if pa.types.is_floating(wanted[name].type):
            np.testing.assert_allclose(ours[name].to_numpy(), wanted[name].to_numpy(), rtol=TOLERANCE, err_msg=name)
        else:
            assert ours[name].equals(wanted[name]), name


@pytest.mark.parametrize("shop", SETTINGS)
def test_spark_writes_the_same_as_duckdb_and_leaves_no_files(shop, tmp_path, monkeypatch):
    folder = tables(shop, tmp_path / "shop")
    wanted = build(shop, folder, tmp_path / "duckdb", "duckdb")
    (tmp_path / "temporary").mkdir()
    (tmp_path / "cwd").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(tmp_path / "cwd")
    handler = signal.getsignal(signal.SIGINT)

    ours = build(shop, folder, tmp_path / "spark", "spark")

    files = sorted(path.relative_to(wanted) for path in wanted.rglob("*") if path.is_file())
    assert sorted(path.relative_to(ours) for path in ours.rglob("*") if path.is_file()) == files
    assert len([path for path in files if path.suffix == ".parquet"]) > 3 * 10
    for path in files:
        if path.suffix == ".json":
            assert (ours / path).read_bytes() == (wanted / path).read_bytes()
        else:
            assert_same(read(ours / path), read(wanted / path))
    assert list((tmp_path / "temporary").iterdir()) == []
    assert list((tmp_path / "cwd").iterdir()) == []
    assert [child for child in psutil.Process().children(recursive=True) if child.name() == "java"] == []
    assert signal.getsignal(signal.SIGINT) is handler


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """The URL of a local Spark master with one worker, whose executors are separate processes."""
    import pyspark

    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    program = str(pathlib.Path(pyspark.__file__).parent / "bin" / "spark-class")
    addresses = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
    work = ["--cores", "2", "--memory", "1g", "--work-dir", str(tmp_path / "work")]
    with contextlib.ExitStack() as stack:
        master = [program, "org.apache.spark.deploy.master.Master", *addresses]
        url = started(stack, master, r"Starting Spark master at (spark://\S+)")[1]
        worker = [program, "org.apache.spark.deploy.worker.Worker", *addresses, *work, url]
        started(stack, worker, r"Successfully registered with master")
        yield url


def started(stack: contextlib.ExitStack, command: list[str], awaited: str) -> re.Match[str]:
    """Starts a process that ends with the stack; returns the first match of `awaited` in its output."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    output = []
    for line in process.stderr:
        output.append(line)
        if found := re.search(awaited, line):
            # Drains the pipe, or the process would block.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found
    raise AssertionError("".join(output))


def test_executors_of_a_cluster_write_the_same_state(cluster, tmp_path):
    folder = tables("tiny", tmp_path / "shop")
    (tmp_path / "spill").mkdir()
    (tmp_path / "shared").mkdir()
    day = tiny_shop.FIRST_DAY + 42
    engines = {
        "duckdb": DuckDbEngine(tmp_path / "spill"),
        "spark": SparkEngine(cluster, tmp_path / "spill", tmp_path / "shared"),
    }
    for name, engine in engines.items():
        prepare(engine, folder, tmp_path / name)
        tiny_shop.write_vectors(folder, tmp_path / name)
        StateWriter(engine, [day], tiny_shop.FEATURES, tiny_shop.LABEL_DAYS).write(day, tmp_path / name)
        engine.close()
    wanted = sorted((tmp_path / "duckdb" / date_of(day)).iterdir())
    assert len(wanted) == 22
    for path in wanted:
        assert_same(read(tmp_path / "spark" / date_of(day) / path.name), read(path))
    assert list((tmp_path / "shared").iterdir()) == []
    assert list((tmp_path / "work").rglob("stderr"))  # the executors used this folder


def test_an_unknown_master_is_refused_in_one_line(tmp_path):
    with pytest.raises(
        ConfigError, match=r"Spark did not start\. .*spark_master = 'local\[many\]'.*Could not parse"
    ) as e:
        SparkEngine("local[many]", tmp_path)
    assert "\n" not in str(e.value)
    assert [child for child in psutil.Process().children(recursive=True) if child.name() == "java"] == []
