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
