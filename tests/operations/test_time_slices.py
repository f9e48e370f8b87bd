"""A shop as it was at an earlier day, what was bought afterwards, and a week spoilt on purpose."""

import csv
import datetime
import gzip

import pytest

from components.ingest.source import find
from operations.time_slices import bought_between, cut_before, last_day, shuffle_articles
from transforms.columns import FILES, TABLES
from transforms.errors import DataError

MAY = datetime.date(2020, 5, 1)
ARTICLES = [f"a{number}" for number in range(20)]
BOUGHT = [("2020-05-01", "x", "a1"), ("2020-05-03", "y", "a2"), ("2020-05-03", "y", "a2"), ("2020-05-04", "x", "a3")]


@pytest.fixture(params=["", ".gz"], ids=["plain", "gzip"])
def shop(tmp_path, request):
    folder = tmp_path / "shop"
    folder.mkdir()
    rows = {
        "articles": [{"article_id": article} for article in ARTICLES],
        "customers": [{"customer_id": customer} for customer in "xy"],
        "transactions": [dict(zip(("t_dat", "customer_id", "article_id"), row, strict=True)) for row in BOUGHT],
    }
    opened = gzip.open if request.param else open
    for table, columns in TABLES.items():
        with opened(folder / f"{FILES[table]}{request.param}", "wt", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in columns])
            writer.writeheader()
            writer.writerows(rows[table])
    return folder


def transactions(folder):
    with find(folder, "transactions").open(newline="") as file:
        return [(row["t_dat"], row["customer_id"], row["article_id"]) for row in csv.DictReader(file)]


def test_the_last_day(shop):
    assert last_day(shop) == datetime.date(2020, 5, 4)


def test_what_came_later_is_not_known_and_all_else_is(shop, tmp_path):
    cut = cut_before(shop, datetime.date(2020, 5, 4), tmp_path / "cut")
    assert transactions(cut) == BOUGHT[:3]
    for table in ("articles", "customers"):
        assert find(cut, table).read_bytes() == find(shop, table).read_bytes()
    again = cut_before(shop, datetime.date(2020, 5, 2), tmp_path / "cut")
    assert transactions(again) == BOUGHT[:1]
    assert transactions(cut_before(again, datetime.date(2021, 1, 1), tmp_path / "of a cut")) == BOUGHT[:1]


def test_nothing_left_is_said(shop, tmp_path):
    with pytest.raises(DataError, match="must hold transactions before 2020-05-01; it holds none"):
        cut_before(shop, MAY, tmp_path / "cut")


def test_what_was_bought_is_distinct_and_from_the_first_day_to_before_the_end(shop):
    assert bought_between(shop, datetime.date(2020, 5, 3), datetime.date(2020, 5, 5)) == {"x": {"a3"}, "y": {"a2"}}
    assert bought_between(shop, MAY, datetime.date(2020, 5, 3)) == {"x": {"a1"}}


def test_a_spoilt_period_has_other_articles_and_the_same_customers_and_days(shop, tmp_path):
    spoilt = transactions(shuffle_articles(shop, datetime.date(2020, 5, 3), tmp_path / "spoilt", seed=1))
    assert spoilt[0] == BOUGHT[0]
    assert [row[:2] for row in spoilt] == [row[:2] for row in BOUGHT]
    assert [article for _, _, article in spoilt[1:]] != [article for _, _, article in BOUGHT[1:]]
    assert spoilt[1] == spoilt[2], "an article stays one article"
    assert spoilt[3][2] != spoilt[1][2]
    assert {article for _, _, article in spoilt} <= set(ARTICLES)


def test_a_date_that_is_none_is_said(shop, tmp_path):
    for path in shop.iterdir():
        path.unlink()
    (shop / "transactions_train.csv").write_text("t_dat,customer_id,article_id\n2020-5-1,x,a1\n")
    with pytest.raises(DataError, match="must have t_dat as YYYY-MM-DD; received '2020-5-1'"):
        last_day(shop)
