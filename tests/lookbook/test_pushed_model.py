"""Batch recommendation with a pushed model whose answers are known."""

import csv
import shutil

import pytest

from components.served_folder import model_dir
from lookbook.cli import main
from operations.pushed import load_served
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
    ((_, answers),) = model.recommend(["unknown", ""])
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
    assert recs.read_text().splitlines()[1:] == [f"c4,{' '.join(answer(4))}", f"stranger,{' '.join(answer(0))}"]


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
