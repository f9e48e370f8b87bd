"""`lookbook versions` and `lookbook rollback` with a pushed model whose answers are known."""

import re
import shutil

from components.served_folder import model_dir
from lookbook.cli import main
from operations.pushed import load_served
from pipeline.versions import list_versions
from tests.fake_version import write_version
from tests.operations.small_runs import run


def test_versions_shows_figures_and_the_served_version(out, capsys):
    assert main(["versions", "--out", str(out)]) == 0
    cells = [re.findall(r"[\w.-]+", line) for line in capsys.readouterr().out.splitlines()]
    assert [row for row in cells if row] == [
        ["version", "7"],
        ["served"],
        ["cut_day", "2020-09-22"],
        ["map_at_12", "0.2500"],
    ]


def test_versions_truncates_no_number_on_a_narrow_terminal(tmp_path, capsys, monkeypatch):
    numbers = [str(1_795_666_000 + number) for number in range(9)]
    figures = {"customers": 1371, "weights_digest": "0" * 40, "evaluation": {"map_at_12": 0.25, "customers": 867.0}}
    for number in numbers:
        write_version(model_dir(tmp_path) / number, **figures)
    monkeypatch.setattr("lookbook.console.PLAIN_WIDTH", 80)
    assert main(["versions", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    assert re.findall(r"1795666\d+", printed) == numbers
    assert "…" not in printed
    for name, value in (("customers", "1371"), ("evaluation customers", "867"), ("weights_digest", "0" * 12)):
        lines = [line for line in printed.splitlines() if line.strip("│ ").startswith(f"{name} ")]
        assert sum(line.count(f" {value} ") for line in lines) == 9


def test_a_rolled_back_version_answers_and_is_kept(out, tmp_path, capsys):
    shutil.copytree(out, tmp_path, dirs_exist_ok=True)
    shutil.copytree(model_dir(tmp_path) / "7", model_dir(tmp_path) / "8")
    assert main(["rollback", "--out", str(tmp_path), "7"]) == 0
    assert "version 7 is served again, as 9" in capsys.readouterr().out
    assert main(["versions", "--out", str(tmp_path), "--keep", "1"]) == 0
    assert capsys.readouterr().out.startswith("deleted 7, 8\n")
    assert [version.number for version in list_versions(tmp_path)] == [9]
    ((_, answers),) = load_served(tmp_path).recommend(["c3"])
    assert answers == [[f"a{(3 + rank) % 20:02}" for rank in range(12)]]


def test_rollback_to_a_missing_version_lists_the_versions(out, capsys):
    assert main(["rollback", "--out", str(out), "4"]) == 1
    assert "version must be one of 7. Received: 4" in capsys.readouterr().err


def test_clean_says_what_it_would_delete_and_deletes_with_yes(tmp_path, capsys):
    for word in ("a", "b" * 3_000):
        run(tmp_path, word)
    assert main(["clean", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert f"  1 bytes  {tmp_path}/pipeline/Ingest/tables/1\n" in printed
    assert "would delete 3 folders, 7 bytes; 21.0 kB of 1 of 2 runs are kept\n" in printed
    assert f"to delete them: lookbook clean --out {tmp_path} --keep-runs 1 --yes\n" in printed
    assert main(["clean", "--out", str(tmp_path), "--yes"]) == 0
    assert "deleted 3 folders, 7 bytes; " in capsys.readouterr().out
    assert main(["clean", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("nothing to delete; 21.0 kB of 1 of 2 runs are kept\n")


def test_forget_says_what_it_removed_and_which_csvs_have_the_customer(tmp_path, capsys):
    out, data, salt = tmp_path / "out", tmp_path / "data", tmp_path / "salt"
    for folder in (out, data):
        folder.mkdir()
    run(out, "c017")
    (out / "model_server.log").write_text("c017 asked\nready\n")
    (data / "customers.csv").write_text("customer_id\nc017\n")
    assert main(["forget", "--out", str(out), "--data", str(data), "c017"]) == 0
    printed = capsys.readouterr().out
    assert "deleted     0 versions, 3 artifacts and checkpoints, 28 bytes\n" in printed
    assert "cleaned     model_server.log\n" in printed
    assert "still holds" in printed, "the key of the tiny run, in metadata.db, is the id"
    assert f"your data   {data / 'customers.csv'} has the customers; remove them there" in printed
    salt.write_text("short")
    assert main(["forget", "--out", str(out), "--salt-file", str(salt), "c017"]) == 2
    assert "must have at least 16 bytes. Received: 5" in capsys.readouterr().err
    assert main(["forget", "--out", str(out)]) == 2
