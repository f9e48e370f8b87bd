"""The choice of the engine, and the errors if it cannot be started."""

import pathlib
import re
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.features.config import FeaturesConfig
from components.features.duckdb_engine import DuckDbEngine
from components.features.engines import open_engine
from components.features.spark_session import require_java
from transforms.errors import ConfigError

SPARK = FeaturesConfig(engine="spark")


def java(folder: pathlib.Path, version: str) -> str:
    """Creates a program that prints a Java version as OpenJDK does; returns its path."""
    program = folder / "java"
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    program.chmod(0o755)
    return str(program)


def test_duckdb_is_the_default(tmp_path):
    engine = open_engine(FeaturesConfig(), tmp_path)
    assert isinstance(engine, DuckDbEngine)
    engine.close()


@pytest.mark.parametrize("name", ["o'ut", "a [1] *", 'b"c', "50 % #x"])
def test_a_folder_may_have_any_name(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    pq.write_table(pa.table({"x": [7]}), folder / "rows.parquet")
    engine = DuckDbEngine(folder / "spill")
    engine.view("rows", folder / "rows.parquet")
    assert engine.query("select x from rows").to_pylist() == [{"x": 7}]
    engine.close()


def test_pyspark_is_imported_only_for_spark():
    program = "import sys, components.features.executor; sys.exit('pyspark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_without_pyspark_spark_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(ConfigError, match=r"features\.engine=spark needs pyspark 3\.5; run `make install`"):
        open_engine(SPARK, tmp_path)


def test_without_java_spark_is_refused(tmp_path, monkeypatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="Received: no Java; install Java 17"):
        open_engine(SPARK, tmp_path)


def test_java_is_searched_where_spark_searches(tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    (tmp_path / "bin").mkdir()
    java(tmp_path / "bin", "25.0.1")
    with pytest.raises(ConfigError, match=rf"needs Java 8, 11 or 17\. Received: {tmp_path}/bin/java of version 25"):
        open_engine(SPARK, tmp_path)


@pytest.mark.parametrize("version", ["1.8.0_452", "11.0.27", "17.0.15"])
def test_supported_java_versions_are_accepted(version, tmp_path):
    require_java(java(tmp_path, version))


@pytest.mark.parametrize("master", ["", "host:7077", "http://host", "local[2"])
def test_an_invalid_master_is_refused(master):
    with pytest.raises(ConfigError, match=r"features\.spark_master must be .* Received: " + re.escape(repr(master))):
        FeaturesConfig.from_tree({"engine": "spark", "spark_master": master}, "features")


def test_a_cluster_needs_a_shared_folder():
    with pytest.raises(ConfigError, match=r"features\.spark_folder must be set"):
        FeaturesConfig.from_tree({"engine": "spark", "spark_master": "spark://host:7077"}, "features")
    FeaturesConfig(engine="spark", spark_master="spark://host:7077", spark_folder="/shared")


def test_memory_of_executors_and_further_options_become_options_of_spark():
    config = FeaturesConfig(
        engine="spark", spark_executor_memory_gib=1.5, spark_options=["spark.a=1", "spark.b.c=x=y", "spark.d="]
    )
    assert config.spark_conf == {"spark.executor.memory": "1536m", "spark.a": "1", "spark.b.c": "x=y", "spark.d": ""}
    assert FeaturesConfig().spark_conf == {}


@pytest.mark.parametrize(
    ("option", "rule"),
    [
        ("sql.shuffle.partitions=4", r"must each be spark\.name=value"),
        ("spark.sql.shuffle.partitions", r"must each be spark\.name=value"),
        (
            "spark.executor.memory=2g",
            r"must not contain spark\.executor\.memory: set .*executor_memory_gib instead",
        ),
        ("spark.sql.ansi.enabled=false", r"must not contain spark\.sql\.ansi\.enabled: the results depend on it"),
    ],
)
def test_an_option_that_spark_or_the_results_do_not_allow_is_refused(option, rule):
    with pytest.raises(ConfigError, match=rf"features\.spark_options {rule}.* Received: {re.escape(repr(option))}"):
        FeaturesConfig.from_tree({"engine": "spark", "spark_options": [option]}, "features")


@pytest.mark.parametrize(
    ("changed", "name"), [({"engine": "hive"}, "engine"), ({"memory_limit_gib": 0.1}, "memory_limit_gib")]
)
def test_a_setting_out_of_range_is_refused_by_name(changed, name):
    with pytest.raises(ConfigError, match=rf"features\.{name} must"):
        FeaturesConfig.from_tree(changed, "features")


def test_a_missing_folder_is_refused(tmp_path):
    config = FeaturesConfig(engine="spark", spark_folder=str(tmp_path / "missing"))
    with pytest.raises(ConfigError, match=r"spark_folder must be an existing folder\. Received: .*/missing'"):
        open_engine(config, tmp_path)
