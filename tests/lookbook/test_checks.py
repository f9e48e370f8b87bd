"""Each check of the doctor passes or fails, and names a remedy if it fails."""

import gzip
import pathlib
import platform
import sys

import pytest
from PIL import Image

from lookbook import checks
from lookbook.cli import main
from transforms.columns import FILES, TABLES
from transforms.photos.config import PhotosConfig
from transforms.photos.path_template import DEFAULT_PATH

REQUIRED = [FILES[table] for table in TABLES]


def write_tables(folder, lacking=""):
    for table, columns in TABLES.items():
        names = [column.name for column in columns if column.name != lacking]
        (folder / FILES[table]).write_text(",".join(names) + "\n")


def test_only_python_310_passes():
    assert checks.python((3, 10)).ok
    assert not checks.python((3, 11)).ok
    assert "make install" in checks.python((3, 11)).remedy


def test_only_linux_on_x86_64_passes():
    assert checks.system("Linux", "x86_64").ok
    assert not checks.system("Darwin", "arm64").ok


def test_installed_versions_are_compared_with_the_lock(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("# a comment==1.0\nclick==0.0.1 \\\n    --hash=sha256:0\nno-such-thing[x]==2.0 ; extra\n")
    check = checks.versions(lock)
    assert not check.ok
    assert "click " in check.found
    assert "instead of 0.0.1" in check.found
    assert "no-such-thing missing instead of 2.0" in check.found
    assert "comment" not in check.found
    assert check.remedy == "`make install`"


def test_this_environment_has_the_locked_versions():
    check = checks.versions(checks.LOCK)
    assert check.ok, check.found
    assert int(check.found.split()[0]) == sum("==" in line for line in checks.LOCK.open())


def test_a_missing_lock_passes(tmp_path):
    assert checks.versions(tmp_path / "requirements.lock").ok


def test_scann_loads_into_tensorflow():
    check = checks.scann()
    assert check.ok, check.found
    assert check.found == "its op loads into TensorFlow 2.16.2"


def test_tensorflow_reports_that_onednn_is_off():
    assert checks.onednn_in_use() == "False"


@pytest.mark.proof  # one more process imports TensorFlow
def test_tensorflow_reports_that_onednn_is_on(monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    assert checks.onednn_in_use() == "True"


@pytest.mark.parametrize(("flags", "amx"), [("fpu avx512f amx_bf16 amx_tile", "has AMX"), ("fpu avx2", "has no AMX")])
def test_the_check_of_onednn_reports_amx(flags, amx, tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nflags\t\t: {flags}\nbugs\t\t: none\n")
    check = checks.onednn({}, cpuinfo, in_use=lambda: "False")
    assert check.ok
    assert check.found == f"off; this processor {amx}"


def test_an_overridden_setting_of_onednn_is_reported(tmp_path):
    check = checks.onednn({"TF_ENABLE_ONEDNN_OPTS": "1"}, tmp_path / "none", in_use=lambda: "False")
    assert check.ok
    assert "TF_ENABLE_ONEDNN_OPTS=1 in your environment is overridden" in check.found


def test_onednn_that_is_on_fails(tmp_path):
    check = checks.onednn({}, tmp_path / "none", in_use=lambda: "True")
    assert not check.ok
    assert check.found.startswith("on; ")
    assert "TF_ENABLE_ONEDNN_OPTS=0" in check.remedy


def test_tensorflow_that_does_not_start_fails_the_check_of_onednn(tmp_path):
    check = checks.onednn({}, tmp_path / "none", in_use=lambda: None)
    assert not check.ok
    assert check.found.startswith("unknown: TensorFlow does not start; ")


def test_a_scann_that_does_not_load_is_reported_with_its_error():
    check = checks.scann("raise OSError('undefined symbol: absl')")
    assert not check.ok
    assert check.found == "OSError: undefined symbol: absl"


@pytest.mark.parametrize(("gib", "ok"), [(5.9, False), (6.0, True)])
def test_memory_below_six_gib_fails(gib, ok):
    check = checks.memory(int(gib * 2**30) + 1)
    assert check.ok is ok
    assert bool(check.remedy) is not ok


def test_the_disk_of_out_is_checked(tmp_path):
    assert checks.disk(tmp_path / "not" / "yet" / "there", None).found.endswith(f"in {tmp_path}")


def test_too_little_disk_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "MIN_DISK_GIB", float("inf"))
    assert not checks.disk(tmp_path, None).ok


def test_three_tables_with_their_columns_pass(tmp_path):
    write_tables(tmp_path)
    found = list(checks.tables(tmp_path))
    assert [check.name for check in found] == REQUIRED
    assert all(check.ok for check in found)


def test_gzip_files_pass(tmp_path):
    write_tables(tmp_path)
    plain = tmp_path / "customers.csv"
    with gzip.open(tmp_path / "customers.csv.gz", "wt") as file:
        file.write(plain.read_text())
    plain.unlink()
    assert all(check.ok for check in checks.tables(tmp_path))


def test_a_missing_table_fails_and_the_files_of_the_folder_are_listed(tmp_path):
    write_tables(tmp_path)
    (tmp_path / "customers.csv").rename(tmp_path / "clients.csv")
    (check,) = (check for check in checks.tables(tmp_path) if not check.ok)
    assert check.name == "customers.csv"
    assert "clients.csv" in check.found
    assert check.remedy == f"put customers.csv or customers.csv.gz into {tmp_path}"


def test_a_missing_key_column_fails(tmp_path):
    write_tables(tmp_path, lacking="article_id")
    bad = [check for check in checks.tables(tmp_path) if not check.ok]
    assert [check.name for check in bad] == ["articles.csv", "transactions_train.csv"]
    assert bad[0].found == "lacks article_id"


def with_articles(folder, *ids):
    write_tables(folder)
    further = "," * (len(TABLES["articles"]) - 2)
    with (folder / "articles.csv").open("a") as file:
        file.writelines(f'"{article}",1{further}\n' for article in ids)


def test_article_ids_with_blanks_pass_with_a_hint_at_another_delimiter(tmp_path):
    with_articles(tmp_path, "SKU 12/3 A", "0100000001", "a\u00a0b")
    (check,) = (check for check in checks.tables(tmp_path) if check.name == "article ids")
    assert check.ok
    assert check.found == "2 of 3 hold blanks, which separate the articles in predictions"
    assert check.remedy == "write predictions with `lookbook recommend --delimiter '|'`"


def test_article_ids_that_ingest_would_reject_fail(tmp_path):
    with_articles(tmp_path, "a\nb", " c", "0100000001")
    (check,) = (check for check in checks.tables(tmp_path) if check.name == "article ids")
    assert (check.ok, check.found[:6]) == (False, "2 of 3")


def photo(folder, article_id):
    path = folder / "images" / article_id[:3] / f"{article_id}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (3, 4)).save(path)
    return path


def photo_check(folder, path=DEFAULT_PATH):
    (check,) = checks.photos(folder, PhotosConfig(path=path))
    return check


def test_photos_are_counted_and_broken_ones_named(tmp_path):
    with_articles(tmp_path, "0100000001", "0200000002", "0300000003")
    photo(tmp_path, "0100000001")
    photo(tmp_path, "0200000002").write_text("<html>")
    check = photo_check(tmp_path)
    assert check.ok
    assert check.found == "1 found, 1 missing, 1 broken"
    assert check.remedy == ("article '0200000002': 0200000002.jpg is not a JPEG, PNG or WebP image; replace the file")


def test_many_broken_photos_are_cut_short(tmp_path):
    ids = [f"010000000{number}" for number in range(7)]
    with_articles(tmp_path, *ids)
    for article_id in ids:
        photo(tmp_path, article_id).write_text("")
    assert photo_check(tmp_path).remedy.endswith("; and 2 more broken photos")


def test_without_photos_the_doctor_says_where_they_belong(tmp_path):
    with_articles(tmp_path, "0100000001")
    check = photo_check(tmp_path)
    assert (check.ok, check.found) == (True, "0 found, 1 missing, 0 broken")
    assert check.remedy == (
        f"to see photos, put them into {tmp_path} as images/{{article_id:.3}}/{{article_id}}.jpg, or set photos.path"
    )


def test_photos_are_counted_at_the_place_of_the_setting(tmp_path):
    with_articles(tmp_path, "0100000001")
    photo(tmp_path, "0100000001").rename(tmp_path / "0100000001.png")
    assert photo_check(tmp_path, "{article_id}.png").found == "1 found, 0 missing, 0 broken"


@pytest.mark.parametrize(
    ("content", "found", "remedy"),
    [
        ("a\n".encode("utf-16"), "line 1 is not UTF-8", "the file is UTF-16; save it again as UTF-8"),
        (b"sep=,\na,b\n", "begins with Excel's `sep=` line", "delete line 1, because the header must come first"),
        (b"PAR1", "is a Parquet file", "write it as CSV"),
        (b'"t_dat";"price"\n', "is delimited by semicolons", "it must be delimited by commas"),
    ],
)
def test_a_file_of_another_kind_fails_and_its_kind_is_named(tmp_path, content, found, remedy):
    write_tables(tmp_path)
    (tmp_path / "transactions_train.csv").write_bytes(content)
    (bad,) = (check for check in checks.tables(tmp_path) if not check.ok)
    assert (bad.name, bad.found, bad.remedy) == ("transactions_train.csv", found, remedy)


def test_a_missing_required_column_fails(tmp_path):
    write_tables(tmp_path, lacking="sales_channel_id")
    (bad,) = (check for check in checks.tables(tmp_path) if not check.ok)
    assert (bad.name, bad.found) == ("transactions_train.csv", "lacks sales_channel_id")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"article_id;product_code\n"])
def test_a_file_that_is_not_a_csv_fails(tmp_path, content):
    write_tables(tmp_path)
    (tmp_path / "articles.csv").write_bytes(content)
    assert not next(checks.tables(tmp_path)).ok


def test_a_missing_folder_fails(tmp_path):
    assert all("no folder" in check.found for check in checks.tables(tmp_path / "nonesuch"))


def test_doctor_exits_with_1_if_a_check_failed(tmp_path, monkeypatch, capsys):
    good = checks.Check(name="one", ok=True, found="fine")
    bad = checks.Check(name="two", ok=False, found="broken", remedy="fix it")
    monkeypatch.setattr(checks, "all_checks", lambda out, data, photos: iter([good, bad]))
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out == "ok    one: fine\nFAIL  two: broken\n      -> fix it\n"
    monkeypatch.setattr(checks, "all_checks", lambda out, data, photos: iter([good]))
    assert main(["doctor"]) == 0


def test_all_checks_cover_machine_and_data(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "scann", lambda: checks.Check(name="ScaNN", ok=True, found=""))
    monkeypatch.setattr(checks, "onednn", lambda started_with: checks.Check(name="oneDNN", ok=True, found=""))
    names = [check.name for check in checks.all_checks(pathlib.Path("out"), tmp_path, PhotosConfig())]
    assert names == ["Python", "system", "versions", "ScaNN", "oneDNN", "memory", "disk", *REQUIRED]
    assert checks.python(sys.version_info[:2]).ok
    assert checks.system(platform.system(), platform.machine()).found
