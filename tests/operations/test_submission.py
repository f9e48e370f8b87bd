"""Recommendations are written in Kaggle's format, completely or not at all."""

import csv

import pytest

from operations.submission import require_delimiter, require_unambiguous, write_submission
from transforms.errors import ConfigError, DataError

BATCHES = [(["a", "b,c"], [["01", "02"], []]), (["d"], [["03"]])]


def test_each_customer_has_a_row_with_articles_separated_by_spaces(tmp_path):
    assert write_submission(tmp_path / "new" / "recs.csv", BATCHES) == 3
    text = (tmp_path / "new" / "recs.csv").read_text()
    assert text == 'customer_id,prediction\na,01 02\n"b,c",\nd,03\n'
    assert [row["customer_id"] for row in csv.DictReader(text.splitlines())] == ["a", "b,c", "d"]


def test_the_callback_gets_the_size_of_each_batch(tmp_path):
    counts = []
    write_submission(tmp_path / "recs.csv", BATCHES, on_batch=counts.append)
    assert counts == [2, 1]


def test_a_failure_keeps_the_old_file(tmp_path):
    recs = tmp_path / "recs.csv"
    recs.write_text("old")

    def failing():
        yield BATCHES[0]
        raise RuntimeError("the model failed")

    with pytest.raises(RuntimeError, match="the model failed"):
        write_submission(recs, failing())
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("recs.csv", "old")]


def test_a_success_replaces_the_old_file(tmp_path):
    recs = tmp_path / "recs.csv"
    recs.write_text("old")
    write_submission(recs, [])
    assert recs.read_text() == "customer_id,prediction\n"


def test_fewer_lists_than_customers_are_an_error(tmp_path):
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        write_submission(tmp_path / "recs.csv", [(["a", "b"], [["01"]])])


def test_an_article_id_with_the_delimiter_is_an_error_that_names_another_delimiter(tmp_path):
    answers = [(["a"], [["01", "SKU 12/3 A", "x|y"]])]
    with pytest.raises(
        DataError, match=r"must not hold the delimiter ' ' .* Received: 'SKU 12/3 A'; add --delimiter ';'"
    ):
        write_submission(tmp_path / "recs.csv", answers)
    assert list(tmp_path.iterdir()) == []
    write_submission(tmp_path / "recs.csv", answers, delimiter=";")
    assert (tmp_path / "recs.csv").read_text() == "customer_id,prediction\na,01;SKU 12/3 A;x|y\n"


def test_a_whole_catalogue_is_checked():
    require_unambiguous(["01", "02|"], " ")
    with pytest.raises(DataError, match=r"Received: 'a b' and 1 more; add --delimiter '\|'"):
        require_unambiguous(["01", "a b", " c"], " ")
    with pytest.raises(DataError, match=r"add --delimiter with a character that no id holds"):
        require_unambiguous(["a b|;\t~^"], " ")


@pytest.mark.parametrize("delimiter", ["", ",", '"', "\n", "\r", "||", "\x00", "\u2028"])
def test_an_invalid_delimiter_is_an_error(delimiter):
    with pytest.raises(ConfigError, match="--delimiter must be one character"):
        require_delimiter(delimiter)


@pytest.mark.parametrize("delimiter", [" ", "|", ";", "\t", "·"])
def test_a_valid_delimiter_passes(delimiter):
    require_delimiter(delimiter)


def test_a_folder_as_the_file_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"must not be a folder. Received: .*; add a file.s name"):
        write_submission(tmp_path, [(["c"], [["a"]])])
    assert list(tmp_path.iterdir()) == []
