"""The component writes the same tables on Spark and on DuckDB, with the same rows in the same order."""

import signal
import tempfile

import psutil
import pytest

from components.features.spark_engine import SparkEngine
from tests.components.features.two_engines import SETTINGS, assert_same_files, build, tables
from transforms.errors import ConfigError

pytestmark = pytest.mark.proof


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

    assert_same_files(ours, wanted)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert list((tmp_path / "cwd").iterdir()) == []
    assert [child for child in psutil.Process().children(recursive=True) if child.name() == "java"] == []
    assert signal.getsignal(signal.SIGINT) is handler


def test_an_unknown_master_is_refused_in_one_line(tmp_path):
    with pytest.raises(
        ConfigError, match=r"Spark did not start\. .*spark_master = 'local\[many\]'.*Could not parse"
    ) as e:
        SparkEngine("local[many]", tmp_path)
    assert "\n" not in str(e.value)
    assert [child for child in psutil.Process().children(recursive=True) if child.name() == "java"] == []
