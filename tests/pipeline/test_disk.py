"""Whether a run finds its disk is known before its first step, counted by filesystem and less what it has written."""

import gzip
import json
import sys

import pytest

from lookbook.cli import main
from pipeline import disk
from pipeline.config import PipelineConfig, load_config
from pipeline.disk import DiskError, Need, by_filesystem, count_articles, csv_bytes, estimate, require_room
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
def begin(data, tmp_path, monkeypatch):
    """Begins a run that needs 4 GiB in OUT and 1 GiB for spilling, on one filesystem with `free_gib` free."""
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(disk, "estimate", lambda *given: NEED)

    def with_free(free_gib, run_key="run", only_note=False):
        monkeypatch.setattr(disk.shutil, "disk_usage", lambda folder: Free(free_gib * GIB))
        require_room("train", data, out, PipelineConfig(), run_key, only_note=only_note)

    with_free.out = out
    return with_free


class Free:
    def __init__(self, free):
        self.free = free


def test_a_run_with_enough_disk_begins(begin):
    begin(5.1)


def test_too_little_is_refused_with_both_numbers_and_what_to_do(begin):
    with pytest.raises(DiskError, match=r"5\.0 GiB free for 1\.0 GiB of CSVs.*has 4\.9 GiB.*TMPDIR.*--no-disk-check"):
        begin(4.9)


def test_told_to_go_on_it_goes_on(begin):
    begin(0.1, only_note=True)


def test_what_the_same_run_wrote_before_is_needed_no_more(begin, monkeypatch):
    used = iter([10 * GIB, 12 * GIB])
    monkeypatch.setattr(disk, "_used", lambda folder: next(used))
    begin(5.1)
    begin(3.1)  # 2 GiB of the 4 are there


def test_what_another_run_left_does_not_help(begin, monkeypatch):
    used = iter([0, 2 * GIB])
    monkeypatch.setattr(disk, "_used", lambda folder: next(used))
    begin(5.1, run_key="yesterday's")
    with pytest.raises(DiskError):
        begin(4.9, run_key="today's")


def test_what_lies_in_out_is_counted_as_the_filesystem_does(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "file").write_bytes(b"x" * 10_000)
    assert 10_000 <= disk._used(tmp_path) <= 20_000


def test_two_filesystems_are_asked_for_their_own_part(tmp_path, monkeypatch):
    class Place:
        def __init__(self, device):
            self.device = device

        def stat(self):
            return type("Stat", (), {"st_dev": self.device})()

    here, there = Place(1), Place(2)
    assert by_filesystem(here, 4, there, 1) == [(here, 4), (there, 1)]
    assert by_filesystem(here, 4, Place(1), 1) == [(here, 5)]


def test_gzip_files_count_unpacked(data):
    plain = data / FILES["transactions"]
    rows = b"".join(b"2020-09-%02d,customer%d,article%d\n" % (i % 30, i, i * 7) for i in range(500_000))
    plain.unlink()
    with gzip.open(f"{plain}.gz", "wb", compresslevel=1) as file:
        file.write(rows)
    assert csv_bytes(data)["transactions"] == pytest.approx(len(rows), rel=0.15)
    assert csv_bytes(data)["articles"] == len("header\nrow\n")


def test_a_gzip_file_that_is_broken_is_left_to_ingest(data):
    plain = data / FILES["transactions"]
    plain.unlink()
    (data / f"{plain.name}.gz").write_bytes(b"no gzip")
    assert csv_bytes(data)["transactions"] == len(b"no gzip")


def test_the_command_refuses_before_anything_heavy_is_imported(data, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda folder: Free(0))
    monkeypatch.setitem(sys.modules, "pipeline.local", None)  # importing it would fail
    assert main(["run", "--data", str(data), "--out", str(tmp_path / "out")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lookbook: the disk of ")
    assert line.endswith("--no-disk-check")
    assert json.loads((tmp_path / "out" / "disk.json").read_text())["bytes"] >= 0


def test_the_estimate_grows_with_the_shop_the_weeks_and_the_dimension():
    shop = {"articles": 36 * 10**6, "customers": 207 * 10**6, "transactions": 3_488 * 10**6}

    def out(kind="train", csv=shop, articles=105_542, settings=()):
        return estimate(kind, csv, articles, load_config(None, settings)).out

    assert out() > out(csv={**shop, "transactions": 10**9}) > out(csv={**shop, "transactions": 10**8})
    assert out(settings=["features.least_list_weeks=12"]) > out()
    assert out(settings=["retrieval.embedding_dim=256"]) > out()
    assert out("refresh") < out()


def test_few_buyers_make_more_weeks_but_no_more_than_are_asked_for():
    # 108 bytes a row, 104 weeks, six rows a buyer and week: 8,000 lists are 80 weeks of 100 buyers, 4 of 2,000.
    def weeks(buyers, **settings):
        given = [f"features.{name}={value}" for name, value in settings.items()]
        return disk._list_weeks(buyers * 6 * 104 * 108, load_config(None, given))

    assert [weeks(100), weeks(800), weeks(2_000)] == [24, 10, 6]
    assert weeks(800, list_weeks=8) == 8


def test_articles_are_counted_packed_or_not(data):
    assert count_articles(data) == 2
    plain = data / FILES["articles"]
    with gzip.open(f"{plain}.gz", "wb") as file:
        file.write(plain.read_bytes() + b"another\n")
    plain.unlink()
    assert count_articles(data) == 3
