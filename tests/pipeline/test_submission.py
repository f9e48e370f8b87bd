"""The file of recommendations is in Kaggle's format and appears whole or not at all."""

import csv

import pytest

from pipeline.submission import write_submission

BATCHES = [(["a", "b,c"], [["01", "02"], []]), (["d"], [["03"]])]


def test_a_row_a_customer_articles_separated_by_spaces(tmp_path):
    assert write_submission(tmp_path / "new" / "recs.csv", BATCHES) == 3
    text = (tmp_path / "new" / "recs.csv").read_text()
    assert text == 'customer_id,prediction\na,01 02\n"b,c",\nd,03\n'
    assert [row["customer_id"] for row in csv.DictReader(text.splitlines())] == ["a", "b,c", "d"]


def test_progress_is_told_by_batch(tmp_path):
    counts = []
    write_submission(tmp_path / "recs.csv", BATCHES, on_batch=counts.append)
    assert counts == [2, 1]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    recs = tmp_path / "recs.csv"
    recs.write_text("old")

    def failing():
        yield BATCHES[0]
        raise RuntimeError("the model is gone")

    with pytest.raises(RuntimeError, match="the model is gone"):
        write_submission(recs, failing())
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("recs.csv", "old")]


def test_a_success_replaces_the_old_file(tmp_path):
    recs = tmp_path / "recs.csv"
    recs.write_text("old")
    write_submission(recs, [])
    assert recs.read_text() == "customer_id,prediction\n"


def test_lists_for_other_customers_are_refused(tmp_path):
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        write_submission(tmp_path / "recs.csv", [(["a", "b"], [["01"]])])
