"""Data as of an earlier day, purchases of a period, and a corrupted period."""

import csv
import datetime

import pytest

from components.ingest.source import find
from operations.time_slices import bought_between, cut_before, last_day, shuffle_articles
from tests.csv_shop import write_csvs
from transforms.errors import DataError

MAY = datetime.date(2020, 5, 1)
ARTICLES = [f"a{number}" for number in range(20)]
BOUGHT = [("2020-05-01", "x", "a1"), ("2020-05-03", "y", "a2"), ("2020-05-03", "y", "a2"), ("2020-05-04", "x", "a3")]


@pytest.fixture(params=[False, True], ids=["plain", "gzip"])
def shop(tmp_path, request):
    rows = {
        "articles": [{"article_id": article} for article in ARTICLES],
        "customers": [{"customer_id": customer} for customer in "xy"],
        "transactions": [dict(zip(("t_dat", "customer_id", "article_id"), row, strict=True)) for row in BOUGHT],
    }
    return write_csvs(tmp_path / "shop", rows, packed=request.param)


def transactions(folder):
    with find(folder, "transactions").open(newline="") as file:
        return [(row["t_dat"], row["customer_id"], row["article_id"]) for row in csv.DictReader(file)]


def test_last_day_returns_the_newest_day_of_the_transactions(shop):
    assert last_day(shop) == datetime.date(2020, 5, 4)


def test_a_cut_leaves_out_the_day_and_later_ones_and_nothing_else(shop, tmp_path):
    cut = cut_before(shop, datetime.date(2020, 5, 4), tmp_path / "cut")
    assert transactions(cut) == BOUGHT[:3]
    for table in ("articles", "customers"):
        assert find(cut, table).read_bytes() == find(shop, table).read_bytes()
    again = cut_before(shop, datetime.date(2020, 5, 2), tmp_path / "cut")
    assert transactions(again) == BOUGHT[:1]
    assert transactions(cut_before(again, datetime.date(2021, 1, 1), tmp_path / "of a cut")) == BOUGHT[:1]


def test_a_cut_without_transactions_is_an_error(shop, tmp_path):
    with pytest.raises(DataError, match="must hold transactions before 2020-05-01; it holds none"):
        cut_before(shop, MAY, tmp_path / "cut")


def test_purchases_are_distinct_and_exclude_the_end_day(shop):
    assert bought_between(shop, datetime.date(2020, 5, 3), datetime.date(2020, 5, 5)) == {"x": {"a3"}, "y": {"a2"}}
    assert bought_between(shop, MAY, datetime.date(2020, 5, 3)) == {"x": {"a1"}}


def test_a_corrupted_period_permutes_articles_and_keeps_customers_days_and_order(shop, tmp_path):
    corrupted = transactions(shuffle_articles(shop, datetime.date(2020, 5, 3), tmp_path / "corrupted", seed=1))
    assert corrupted[0] == BOUGHT[0]
    assert [row[:2] for row in corrupted] == [row[:2] for row in BOUGHT]
    assert [article for _, _, article in corrupted[1:]] != [article for _, _, article in BOUGHT[1:]]
    assert corrupted[1] == corrupted[2], "equal ids stay equal"
    assert corrupted[3][2] != corrupted[1][2]
    assert {article for _, _, article in corrupted} <= set(ARTICLES)


def with_transactions(shop, text):
    for path in shop.glob("transactions*"):
        path.unlink()
    (shop / "transactions_train.csv").write_text(text)
    return shop


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("t_dat,customer_id,article_id\n2020-5-1,x,a1\n", r"must have t_dat as YYYY-MM-DD\. Received: '2020-5-1'"),
        ("day,customer_id\n2020-05-01,x\n", r"cannot be read: .*t_dat"),
    ],
    ids=["wrong date", "missing columns"],
)
def test_transactions_with_a_wrong_date_or_without_their_columns_are_an_error(shop, text, message):
    with pytest.raises(DataError, match=message):
        last_day(with_transactions(shop, text))


def test_other_columns_are_copied_as_text(shop, tmp_path):
    text = 't_dat,customer_id,article_id,note,price\n2020-05-01,x,007,"a,""b""",0.50\n2020-05-02,y,a1,,\n'
    cut = cut_before(with_transactions(shop, text), datetime.date(2021, 1, 1), tmp_path / "cut")
    assert (cut / "transactions_train.csv").read_text() == text
