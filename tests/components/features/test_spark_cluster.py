"""A standalone Spark cluster of processes writes the same tables as DuckDB, also if a worker dies during a query."""

import concurrent.futures
import functools
import pathlib
import re
import signal

import pytest

from benchmarks.spark_cluster import DRIVER_OPTIONS, spark_cluster
from components.features.config import FeaturesConfig
from components.features.duckdb_engine import DuckDbEngine
from components.features.spark_engine import SparkEngine
from components.features.states import StateWriter, prepare
from tests import tiny_shop
from tests.components.features.spark_rest import SparkRest, wait_until
from tests.components.features.two_engines import SETTINGS, assert_same, read, tables
from transforms.calendar import date_of

pytestmark = [pytest.mark.proof, pytest.mark.timeout(1800)]

QUERY = "purchase_pairs"  # a join of purchases with themselves, in several stages
OPTIONS = (
    *DRIVER_OPTIONS,
    "spark.ui.enabled=true",
    "spark.ui.port=0",
    # Every stage has tasks for both workers, however small the shop.
    "spark.sql.shuffle.partitions=2",
    "spark.sql.adaptive.enabled=false",
    "spark.sql.autoBroadcastJoinThreshold=-1",
)
_BOUNDS = ("min", "max")


class Death:
    """Kills a worker, the victim, during a query, when its executor has finished tasks and others are open.

    The executor of the other worker, the survivor, is paused until then. So it holds an unfinished task of the query's
    first stages, whose other tasks the victim runs: the query cannot end before the worker dies, however fast it is.

    Attributes:
        executors: what Spark says afterwards of each executor, by id.
        victim_id: id of the victim's executor.
        repeated: tasks that had succeeded on the victim and did again on the survivor, as their results were lost.
    """

    def __init__(self, victim, survivor):
        self._victim, self._survivor = victim, survivor

    def during(self, query, session):
        """Runs the query and kills the victim meanwhile."""
        rest = SparkRest(session)
        (self.victim_id,) = self._victim.executors()
        ((survivor_id, survivor),) = self._survivor.executors().items()
        earlier = rest.finished(self.victim_id)

        def kill():
            try:
                wait_until(lambda: rest.finished(self.victim_id) - earlier)
                self._victim.kill()
            finally:
                survivor.send_signal(signal.SIGCONT)

        survivor.send_signal(signal.SIGSTOP)
        with concurrent.futures.ThreadPoolExecutor(1) as beside:
            killing = beside.submit(kill)
            query()
            killing.result()
        self.executors = {executor["id"]: executor for executor in rest.get("allexecutors")}
        self.repeated = (rest.finished(self.victim_id) - earlier) & rest.finished(survivor_id)


class MortalEngine(SparkEngine):
    """An engine on a cluster that loses a worker during `QUERY`; `heaps` are those of its executors before."""

    def __init__(self, cluster, config, spill_folder):
        super().__init__(
            cluster.url, spill_folder, pathlib.Path(config.spark_folder), config.memory_limit_gib, config.spark_conf
        )
        self._cluster, self.death = cluster, Death(*cluster.workers)

    def materialise(self, name, **parameters):
        if name != QUERY:
            return super().materialise(name, **parameters)
        from pyspark.sql import SparkSession

        executors = [executor for worker in self._cluster.workers for executor in worker.executors().values()]
        self.heaps = [re.findall(r"-Xmx(\S+)", " ".join(executor.cmdline())) for executor in executors]
        query = functools.partial(super().materialise, name, **parameters)
        self.death.during(query, SparkSession.getActiveSession())


def write_state(engine, folder, to, config):
    """Writes the state of a day and what does not depend on the day."""
    prepare(engine, folder, to)
    tiny_shop.write_vectors(folder, to)
    first, last = (engine.query(f"select {bound}(day) as day from purchases")["day"][0].as_py() for bound in _BOUNDS)
    day = (first + last) // 2
    StateWriter(engine, [day], config, tiny_shop.LABEL_DAYS).write(day, to)
    engine.close()
    return to / date_of(day)


def test_a_worker_that_dies_in_mid_query_changes_no_table(tmp_path):
    folder = tables("synthetic", tmp_path / "shop")
    for name in ("spill", "shared", "work"):
        (tmp_path / name).mkdir()
    config = FeaturesConfig(
        engine="spark",
        spark_master="spark://set-below:7077",
        spark_folder=str(tmp_path / "shared"),
        spark_executor_memory_gib=0.75,
        spark_options=OPTIONS,
        **SETTINGS["synthetic"],
    )
    wanted = write_state(DuckDbEngine(tmp_path / "spill"), folder, tmp_path / "duckdb", config)
    with spark_cluster(tmp_path / "work", workers=2, cores=1, memory_gib=1.0) as cluster:
        engine = MortalEngine(cluster, config, tmp_path / "spill")
        ours = write_state(engine, folder, tmp_path / "spark", config)
        assert [worker.process.is_running() for worker in cluster.workers] == [False, True]

    files = sorted(path.name for path in wanted.iterdir())
    assert sorted(path.name for path in ours.iterdir()) == files
    assert len(files) == 22
    for file in (*files, "../articles.parquet", "../customers.parquet"):
        assert_same(read(ours / file), read(wanted / file))
    assert engine.heaps == [["768M"], ["768M"]]  # each executor is a process with a heap of its own
    death = engine.death
    assert not death.executors[death.victim_id]["isActive"]
    assert death.repeated
    assert list((tmp_path / "shared").iterdir()) == []
