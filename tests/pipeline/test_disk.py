"""A run is refused before its first step if the disk is estimated to be too small."""

import gzip
import json
import pathlib
import shutil
import sys
import types

import pytest

from lookbook.cli import main
from pipeline.config import load_config
from pipeline.disk import (
    OUT_FIXED_BYTES,
    SPILL_FIXED_BYTES,
    DiskError,
    Need,
    by_filesystem,
    count_articles,
    csv_bytes,
    estimate,
    estimate_from_sizes,
    list_weeks,
    record_start,
    require_disk_space,
    used_bytes,
)
from transforms.columns import FILES

GIB = 2**30
NEED = Need(csv=GIB, out=4 * GIB, spill=GIB)


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for name in FILES.values():
        (folder / name).write_text("header\nrow\n")
    return folder


@pytest.fixture
def free(monkeypatch):
    """Sets the free space of all filesystems, in GiB."""

    def set_free(gib):
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: types.SimpleNamespace(free=gib * GIB))

    return set_free


def test_enough_space_passes(free, tmp_path):
    free(5.1)
    require_disk_space(NEED, tmp_path)


def test_too_little_space_is_an_error_with_both_numbers_and_remedies(free, tmp_path):
    free(4.9)
    with pytest.raises(DiskError, match=r"5\.0 GiB free for 1\.0 GiB of CSVs.*has 4\.9 GiB.*TMPDIR.*--no-disk-check"):
        require_disk_space(NEED, tmp_path)


def test_space_that_the_run_has_already_used_is_subtracted(free, tmp_path):
    free(3.1)
    require_disk_space(NEED, tmp_path, written=2 * GIB)


def test_files_of_an_earlier_start_of_the_same_run_count_as_written(tmp_path):
    (tmp_path / "before").write_bytes(b"x" * 1_000_000)
    assert record_start(tmp_path, "run") == 0
    (tmp_path / "written").write_bytes(b"x" * 3_000_000)
    assert record_start(tmp_path, "run") == pytest.approx(3_000_000, rel=0.01)


def test_files_of_another_run_do_not_count_as_written(tmp_path):
    assert record_start(tmp_path, "yesterday") == 0
    (tmp_path / "written").write_bytes(b"x" * 3_000_000)
    assert record_start(tmp_path, "today") == 0


def test_a_truncated_record_is_replaced(tmp_path):
    (tmp_path / "disk.json").write_text('{"run_key": "run"')
    assert record_start(tmp_path, "run") == 0
    assert json.loads((tmp_path / "disk.json").read_text())["run_key"] == "run"


def test_used_space_is_counted_in_blocks_of_the_filesystem(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "file").write_bytes(b"x" * 10_000)
    assert 10_000 <= used_bytes(tmp_path) <= 20_000


def test_each_filesystem_needs_its_own_part():
    class Folder(pathlib.PosixPath):
        def stat(self):
            return types.SimpleNamespace(st_dev=self.name)

    one, other = Folder("/one"), Folder("/other")
    assert by_filesystem(one, 4, other, 1) == [(one, 4), (other, 1)]
    assert by_filesystem(one, 4, Folder("/below/one"), 1) == [(one, 5)]


def test_gzip_files_count_unpacked(data):
    plain = data / FILES["transactions"]
    rows = b"".join(b"2020-09-%02d,customer%d,article%d\n" % (i % 30, i, i * 7) for i in range(500_000))
    plain.unlink()
    with gzip.open(f"{plain}.gz", "wb", compresslevel=1) as file:
        file.write(rows)
    assert csv_bytes(data)["transactions"] == pytest.approx(len(rows), rel=0.15)
    assert csv_bytes(data)["articles"] == len("header\nrow\n")


def test_a_broken_gzip_file_counts_packed(data):
    """Ingest reports the file."""
    plain = data / FILES["transactions"]
    plain.unlink()
    (data / f"{plain.name}.gz").write_bytes(b"no gzip")
    assert csv_bytes(data)["transactions"] == len(b"no gzip")


def test_the_command_refuses_before_tensorflow_is_imported(data, tmp_path, free, monkeypatch, capsys):
    free(0)
    monkeypatch.setitem(sys.modules, "pipeline.local", None)  # importing it would fail
    assert main(["run", "--data", str(data), "--out", str(tmp_path / "out")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lookbook: the disk of ")
    assert line.endswith("--no-disk-check")
    assert json.loads((tmp_path / "out" / "disk.json").read_text())["bytes"] >= 0


def test_an_estimate_worked_out_by_hand():
    # 67 GB are 1,000,000 buyers a week, so 6 list weeks are enough: 3 * 7 + 4 = 25 snapshots of 64 float32.
    need = estimate_from_sizes("train", 67 * 10**9, 100_000, load_config(None, ["retrieval.embedding_dim=64"]))
    # The next basket has 100 neighbours of 5,000 articles in 8 states, and places for those of 100,000 in 4 models.
    next_basket = 8 * 100 * 5_000 * 12 + 4 * 100 * 100_000 * 8
    assert need.out == OUT_FIXED_BYTES + int(67e9 * (2.4 + 6 * 0.1)) + 25 * 4 * 64 * 100_000 + next_basket
    assert need.spill == SPILL_FIXED_BYTES + 67 * 10**9
    refresh = estimate_from_sizes("refresh", 67 * 10**9, 100_000, load_config(None, ["retrieval.embedding_dim=64"]))
    next_basket = 2 * 100 * 5_000 * 12 + 3 * 100 * 100_000 * 8
    assert refresh.out == OUT_FIXED_BYTES + int(67e9 * 1.7) + 4 * 64 * 100_000 + next_basket


def test_an_estimate_reads_the_sizes_of_the_files(data):
    config = load_config(None, [])
    assert estimate("train", data, config) == estimate_from_sizes("train", 3 * len("header\nrow\n"), 2, config)


def test_the_estimate_grows_with_the_shop_the_weeks_the_dimension_and_the_neighbours():
    def out(kind="train", csv=3_731 * 10**6, settings=()):
        return estimate_from_sizes(kind, csv, 105_542, load_config(None, settings)).out

    assert out() > out(csv=10**9) > out(csv=10**8)
    assert out(settings=["features.min_list_weeks=12"]) > out()
    assert out(settings=["retrieval.embedding_dim=256"]) > out()
    assert out(settings=["features.next_basket_neighbours=200"]) > out()
    assert out(settings=["features.next_basket_articles=10000"]) > out()
    assert out("refresh") < out()


def test_few_buyers_make_more_list_weeks_up_to_the_maximum():
    # 67,000 bytes for each weekly buyer: 8,000 lists are 80 weeks of 100 buyers, 10 of 800, 4 of 2,000.
    def weeks(buyers, **settings):
        assignments = [f"features.{name}={value}" for name, value in settings.items()]
        return list_weeks(buyers * 67_000, load_config(None, assignments).features)

    assert [weeks(100), weeks(800), weeks(2_000)] == [24, 10, 6]
    assert weeks(800, list_weeks=8) == 8


def test_articles_are_counted_in_plain_and_gzip_files(data):
    assert count_articles(data) == 2
    plain = data / FILES["articles"]
    with gzip.open(f"{plain}.gz", "wb") as file:
        file.write(plain.read_bytes() + b"another\n")
    plain.unlink()
    assert count_articles(data) == 3
