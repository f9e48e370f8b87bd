"""MAP@12 of the oracle, on files made by hand."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.oracle import arrival_ranks, oracle_map
from transforms.calendar import date_of, plan


@pytest.fixture
def states(tmp_path):
    """States in whose test week 00 bought 01 and 02, and 007 bought 02; c bought in another week."""
    folder = tmp_path / "states"
    (folder / "labels").mkdir(parents=True)
    calendar = plan(first=100, last=127, label_days=7, list_weeks=1)
    calendar.save(folder)
    pq.write_table(pa.table({"customer_id": ["00", "007", "c"]}), folder / "customers.parquet")
    pq.write_table(pa.table({"article_id": ["01", "02", "03"]}), folder / "articles.parquet")
    for day, customers, articles in ((calendar.cut, [0, 0, 1], [0, 1, 1]), (calendar.list_days[0], [2], [2])):
        labels = pa.table(
            {"customer_row": pa.array(customers, pa.int32()), "article_row": pa.array(articles, pa.int32())}
        )
        pq.write_table(labels, folder / "labels" / f"{date_of(day)}.parquet")
    return folder


def oracle(tmp_path, *lines):
    (tmp_path / "oracle.csv").write_text("".join(f"{line}\n" for line in ("customer_id,prediction", *lines)))
    return tmp_path


def test_a_shop_without_an_oracle_has_no_figure(tmp_path, states):
    assert oracle_map(tmp_path, states) is None


def test_the_figure_is_the_map_of_the_predictions_over_buyers(tmp_path, states):
    # 00: hits at ranks 1 and 3 of two bought; 007: a hit at rank 2; c did not buy.
    data = oracle(tmp_path, "00,01 03 02", "007,01 02", "c,03")
    assert oracle_map(data, states) == pytest.approx(((1 + 2 / 3) / 2 + 1 / 2) / 2)


def test_ids_are_strings_and_buyers_without_a_prediction_count_as_zero(tmp_path, states):
    assert oracle_map(oracle(tmp_path, "007,02", "0,01 02", "c,"), states) == pytest.approx(1 / 2)


def test_ranks_of_new_articles_are_read_and_other_data_have_none(tmp_path):
    assert arrival_ranks(tmp_path) is None
    path = tmp_path / "oracle_arrivals.csv"
    path.write_text("customer_id,article_id,rank\n00,0100000001,3\n007,0100000001,250\n")
    assert arrival_ranks(tmp_path) == [3, 250]
    path.write_text("customer_id,article_id,rank\n")
    assert arrival_ranks(tmp_path) == []
