"""Batch recommendation and evaluation with a pushed model whose answers are known."""

import csv
import gzip
import json
import re
import shutil

import pytest

from components.served_folder import model_dir
from lookbook.cli import main
from operations.pushed import load_served
from pipeline.versions import list_versions
from transforms.errors import LookbookError

EVERYONE = [f"c{number}" for number in range(10)]


def answer(start):
    return [f"a{(start + rank) % 20:02}" for rank in range(12)]


@pytest.fixture(scope="module")
def model(out):
    return load_served(out)


@pytest.mark.parametrize("batch_size", [1, 3, 10, 512])
def test_answers_do_not_depend_on_the_batch(model, batch_size):
    answers = [row for _, rows in model.recommend(EVERYONE, batch_size) for row in rows]
    assert answers == [answer(number) for number in range(10)]


def test_batches_carry_their_customers_in_order(model):
    batches = [batch for batch, _ in model.recommend(iter(EVERYONE), batch_size=4)]
    assert batches == [EVERYONE[:4], EVERYONE[4:8], EVERYONE[8:]]


def test_no_customers_give_no_batch(model):
    assert list(model.recommend([])) == []


def test_an_unknown_and_an_empty_customer_are_answered(model):
    ((_, answers),) = model.recommend(["nobody", ""])
    assert answers == [answer(0), answer(0)]


def test_lists_of_baselines_have_no_padding(model):
    ((_, answers),) = model.baselines(["c5", "c6"])
    assert answers == {"own_purchases": [["a05"], ["a06"]], "popular": [answer(0), answer(0)]}


def test_a_broken_model_is_an_error_of_one_line(tmp_path):
    broken = model_dir(tmp_path) / "3"
    broken.mkdir(parents=True)
    (broken / "saved_model.pb").write_bytes(b"nothing of the kind")
    with pytest.raises(LookbookError, match="3 cannot be loaded: ") as caught:
        load_served(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_model_without_the_signatures_is_an_error(tmp_path):
    import tensorflow as tf

    tf.saved_model.save(tf.Module(), str(model_dir(tmp_path) / "3"))
    with pytest.raises(LookbookError, match="it lacks baselines, serving_default"):
        load_served(tmp_path)


def test_recommend_writes_a_row_for_every_known_customer(out, tmp_path, capsys):
    recs = tmp_path / "new" / "recs.csv"
    assert main(["recommend", "--out", str(out), "--all", "--to", str(recs), "--batch-size", "3"]) == 0
    with recs.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [["customer_id", "prediction"], *([f"c{n}", " ".join(answer(n))] for n in range(10))]
    printed = capsys.readouterr()
    assert printed.out.startswith(f"10 customers to {recs} from version 7, ")
    assert printed.out.endswith(" customers/s\n")
    assert printed.err == ""
    assert [path.name for path in recs.parent.iterdir()] == ["recs.csv"]


def test_recommend_answers_the_customers_of_a_file(out, tmp_path):
    (tmp_path / "who.csv").write_text("age,customer_id\n30,c4\n31,stranger\n")
    recs = tmp_path / "recs.csv"
    arguments = ["--out", str(out), "--customers", str(tmp_path / "who.csv"), "--to", str(recs)]
    assert main(["recommend", *arguments]) == 0
    assert recs.read_text().splitlines()[1:] == [
        f"c4,{' '.join(answer(4))}",
        f"stranger,{' '.join(answer(0))}",
    ]


def recommend(out, tmp_path, *more):
    return main(["recommend", "--out", str(out), "--to", str(tmp_path / "recs.csv"), *more])


def test_recommend_prints_how_many_ids_of_the_file_the_model_knows(out, tmp_path, capsys):
    (tmp_path / "who.csv").write_text('Customer_ID;age\n"c4";30\n c5 ;31\nstranger;\n')
    assert recommend(out, tmp_path, "--customers", str(tmp_path / "who.csv")) == 0
    rows = list(csv.reader((tmp_path / "recs.csv").open(newline="")))
    assert [row[0] for row in rows] == ["customer_id", "c4", "c5", "stranger"]
    assert capsys.readouterr().err == (
        "2 of 3 customer ids are known to the model; the others get popular articles: 'stranger'\n"
    )


def test_recommend_refuses_a_file_without_known_customers(out, tmp_path, capsys):
    (tmp_path / "who.csv").write_text("C4\nC5\n")
    assert recommend(out, tmp_path, "--customers", str(tmp_path / "who.csv")) == 1
    err = capsys.readouterr().err
    assert "at least one customer id must be known to the model. Received: 'C4', 'C5'" in err
    assert "2 would be known in lower case, as c4" in err
    assert not (tmp_path / "recs.csv").exists()


def test_recommend_refuses_a_delimiter_that_an_article_id_contains(out, tmp_path, capsys):
    changed = shutil.copytree(out, tmp_path / "out")
    ids = model_dir(changed) / "7" / "assets" / "article_ids.txt"
    ids.write_text(ids.read_text().replace("a19", "a 19"))
    assert recommend(changed, tmp_path, "--all") == 1
    assert "Received: 'a 19'; add --delimiter '|'" in capsys.readouterr().err
    assert recommend(changed, tmp_path, "--all", "--delimiter", "|") == 0
    assert (tmp_path / "recs.csv").read_text().splitlines()[1] == f"c0,{'|'.join(answer(0))}"
    assert recommend(changed, tmp_path, "--all", "--delimiter", ",") == 2


def test_ids_of_a_version_are_split_at_line_feeds_alone(out, tmp_path):
    changed = shutil.copytree(out, tmp_path / "out")
    (model_dir(changed) / "7" / "assets.extra" / "customer_ids.txt").write_bytes("a\u2028b\nc\x85\n".encode())
    assert load_served(changed).known_customers() == ["a\u2028b", "c\x85"]


@pytest.fixture
def truth(tmp_path):
    """c0 bought its first recommended article, c5 its second, c9 an unknown article."""
    path = tmp_path / "truth.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write("t_dat,customer_id,article_id\n")
        file.write("2020-09-23,c0,a00\n2020-09-24,c5,a06\n2020-09-24,c5,a06\n2020-09-25,c9,zzz\n")
    return path


def test_evaluate_returns_figures_worked_out_by_hand(out, truth, capsys):
    assert main(["evaluate", "--out", str(out), "--truth", str(truth), "--json"]) == 0
    judged = json.loads(capsys.readouterr().out)
    assert (judged["version"], judged["customers"]) == (7, 3)
    means = {name: figures["map_at_12"]["mean"] for name, figures in judged["figures"].items()}
    assert means == pytest.approx({"lookbook": (1 + 1 / 2) / 3, "own_purchases": 1 / 3, "popular": (1 + 1 / 7) / 3})
    assert judged["figures"]["lookbook"]["precision_at_12"]["mean"] == pytest.approx(2 / 36)
    assert judged["figures"]["lookbook"]["recall_at_12"]["mean"] == pytest.approx(2 / 3)
    difference = judged["differences"]["own_purchases"]["map_at_12"]
    assert difference["mean"] == pytest.approx(1 / 6)
    assert difference["low"] == pytest.approx(0.0)  # only one customer of three differs
    assert difference["high"] == pytest.approx(0.5)


def test_evaluate_agrees_with_the_file_of_recommend(out, truth, tmp_path, capsys):
    recs = tmp_path / "recs.csv"
    assert main(["recommend", "--out", str(out), "--all", "--to", str(recs)]) == 0
    capsys.readouterr()
    assert main(["evaluate", "--out", str(out), "--truth", str(truth), "--json"]) == 0
    judged = json.loads(capsys.readouterr().out)
    with recs.open(newline="") as file:
        predicted = {row["customer_id"]: row["prediction"].split() for row in csv.DictReader(file)}
    bought = {"c0": "a00", "c5": "a06", "c9": "zzz"}
    ranks = [predicted[c].index(a) + 1 if a in predicted[c] else None for c, a in bought.items()]
    expected = sum(1 / rank for rank in ranks if rank) / len(bought)
    assert judged["figures"]["lookbook"]["map_at_12"]["mean"] == pytest.approx(expected, abs=1e-9)


def test_evaluate_prints_tables_with_intervals(out, truth, capsys):
    assert main(["evaluate", "--out", str(out), "--truth", str(truth)]) == 0
    printed = capsys.readouterr().out
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


def test_evaluate_prints_how_many_ids_the_model_knows(out, truth, capsys):
    assert main(["evaluate", "--out", str(out), "--truth", str(truth), "--json"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "3 of 3 customer ids are known to the model",
        "2 of 3 article ids are known to the model; never recommended: 'zzz'",
    ]


def test_lines_about_ids_are_events_with_json_logs(out, truth, capsys):
    assert main(["evaluate", "--out", str(out), "--truth", str(truth), "--json", "--json-logs"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["line"] for line in lines if line["event"] == "ids"] == [
        "3 of 3 customer ids are known to the model",
        "2 of 3 article ids are known to the model; never recommended: 'zzz'",
    ]


def test_evaluate_refuses_purchases_without_their_columns(out, tmp_path, capsys):
    (tmp_path / "truth.csv").write_text("customer,article\nc0,a00\n")
    assert main(["evaluate", "--out", str(out), "--truth", str(tmp_path / "truth.csv")]) == 1
    assert "lacks customer_id, article_id and has customer, article" in capsys.readouterr().err


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
        extra = model_dir(tmp_path) / number / "assets.extra"
        extra.mkdir(parents=True)
        (extra / "lookbook.json").write_text(json.dumps(figures))
        (extra.parent / "saved_model.pb").touch()
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
    assert answers == [answer(3)]


def test_rollback_to_a_missing_version_lists_the_versions(out, capsys):
    assert main(["rollback", "--out", str(out), "4"]) == 1
    assert "version must be one of 7. Received: 4" in capsys.readouterr().err
