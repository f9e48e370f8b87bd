"""`lookbook evaluate` with a pushed model whose answers are known."""

import csv
import gzip
import json

import pytest

from lookbook.cli import main


@pytest.fixture
def truth(tmp_path):
    """c0 bought its first recommended article, c5 its second, c9 an unknown article."""
    path = tmp_path / "truth.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write("t_dat,customer_id,article_id\n")
        file.write("2020-09-23,c0,a00\n2020-09-24,c5,a06\n2020-09-24,c5,a06\n2020-09-25,c9,zzz\n")
    return path


@pytest.fixture
def evaluate(out, truth, capsys):
    """Runs `lookbook evaluate` and returns what it prints on standard output and on standard error."""

    def run(*options):
        capsys.readouterr()
        assert main(["evaluate", "--out", str(out), "--truth", str(truth), *options]) == 0
        return capsys.readouterr()

    return run


def test_evaluate_returns_figures_worked_out_by_hand(evaluate):
    judged = json.loads(evaluate("--json").out)
    assert (judged["version"], judged["customers"]) == (7, 3)
    means = {name: figures["map_at_12"]["mean"] for name, figures in judged["figures"].items()}
    assert means == pytest.approx({"lookbook": (1 + 1 / 2) / 3, "own_purchases": 1 / 3, "popular": (1 + 1 / 7) / 3})
    assert judged["figures"]["lookbook"]["precision_at_12"]["mean"] == pytest.approx(2 / 36)
    assert judged["figures"]["lookbook"]["recall_at_12"]["mean"] == pytest.approx(2 / 3)
    difference = judged["differences"]["own_purchases"]["map_at_12"]
    assert difference["mean"] == pytest.approx(1 / 6)
    assert difference["low"] == pytest.approx(0.0)  # only one customer of three differs
    assert difference["high"] == pytest.approx(0.5)


def test_evaluate_agrees_with_the_file_of_recommend(evaluate, out, tmp_path):
    recs = tmp_path / "recs.csv"
    assert main(["recommend", "--out", str(out), "--all", "--to", str(recs)]) == 0
    judged = json.loads(evaluate("--json").out)
    with recs.open(newline="") as file:
        predicted = {row["customer_id"]: row["prediction"].split() for row in csv.DictReader(file)}
    bought = {"c0": "a00", "c5": "a06", "c9": "zzz"}
    ranks = [predicted[c].index(a) + 1 if a in predicted[c] else None for c, a in bought.items()]
    expected = sum(1 / rank for rank in ranks if rank) / len(bought)
    assert judged["figures"]["lookbook"]["map_at_12"]["mean"] == pytest.approx(expected, abs=1e-9)


def test_evaluate_prints_tables_with_intervals(evaluate):
    printed = evaluate().out
    assert "version 7, 3 customers who bought" in printed
    assert "0.5000 [0.0000,1.0000]" in printed
    assert "lookbook - own_purchases" in printed
    assert "+0.1667 [+0.0000,+0.5000]" in printed


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("C0,a00\n", "at least one customer id must be known to the model. Received: 'C0'"),
        ("c0,00\nc1,01\n", "at least one article id must be known to the model. Received: '00', '01'"),
    ],
)
def test_evaluate_refuses_purchases_without_known_ids(out, tmp_path, capsys, rows, message):
    (tmp_path / "truth.csv").write_text(f"customer_id,article_id\n{rows}")
    assert main(["evaluate", "--out", str(out), "--truth", str(tmp_path / "truth.csv")]) == 1
    assert message in capsys.readouterr().err


ABOUT_IDS = [
    "3 of 3 customer ids are known to the model",
    "2 of 3 article ids are known to the model; never recommended: 'zzz'",
]


def test_evaluate_prints_how_many_ids_the_model_knows(evaluate):
    assert evaluate("--json").err.splitlines() == ABOUT_IDS


def test_lines_about_ids_are_events_with_json_logs(evaluate):
    lines = [json.loads(line) for line in evaluate("--json", "--json-logs").err.splitlines()]
    assert [line["line"] for line in lines if line["event"] == "ids"] == ABOUT_IDS


def test_evaluate_refuses_purchases_without_their_columns(out, tmp_path, capsys):
    (tmp_path / "truth.csv").write_text("customer,article\nc0,a00\n")
    assert main(["evaluate", "--out", str(out), "--truth", str(tmp_path / "truth.csv")]) == 1
    assert "lacks customer_id, article_id and has customer, article" in capsys.readouterr().err
