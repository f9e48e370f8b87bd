"""Feedback of a small shop, with counts by hand.

c1 and c2 get answers on 1 and 2 September; the transactions end on 12 September.
"""

import datetime
import json

import pytest

from components.report.feedback import read_feedback
from operations.feedback.measure import measure
from serving.hashed_ids import hashed_id
from tests.operations.feedback.transactions import day, write_transactions
from tests.serving.request_logs import answered, write_log
from transforms.errors import DataError

SALT = b"a salt of the test"


TRANSACTIONS = [
    (datetime.date(2020, 6, 1), "c1", "a"),
    (datetime.date(2020, 6, 1), "c1", "a"),  # two units of one purchase
    (day(1), "c1", "a"),
    (day(7), "c1", "b"),
    (day(8), "c1", "c"),  # the seven days of the answer of 1 September end with the 7th
    (day(3), "c2", "a"),
    (day(12), "c3", "z"),
]
ANSWERS = [
    answered(["c1"], [["a", "b", "c", ""]], day=day(1), version=1, label="A", channels=[["x,y", "y", "", ""]]),
    answered(["c2"], [["b", "a"]], day=day(2), version=2, label="B", reasons=[[["new", "", ""], ["new", "again", ""]]]),
]


@pytest.fixture
def shop(tmp_path):
    return write_transactions(tmp_path / "shop", TRANSACTIONS)


@pytest.fixture
def log(tmp_path):
    write_log(tmp_path / "log" / "requests-1.tfrecord", ANSWERS)
    return tmp_path / "log"


def counts(rates):
    return {rate.value: (rate.customers, rate.shown, rate.bought) for rate in rates}


def test_purchases_within_the_days_count_from_the_day_of_the_answer_on(log, shop):
    found = measure(log, shop, days=7)
    assert (found.articles.customers, found.articles.shown, found.articles.bought) == (2, 5, 3)
    assert (found.answers.shown, found.answers.bought) == (2, 2)
    assert (found.first_day, found.last_day, found.data_last_day) == ("2020-09-01", "2020-09-02", "2020-09-12")
    assert measure(log, shop, days=8).articles.bought == 4
    assert measure(log, shop, days=1).articles.bought == 1


def test_rows_without_a_possible_day_do_not_count(log, shop):
    """A day is YYYY-MM-DD, as ingest reads it. A day after tomorrow must not move the end of the data."""
    with (shop / "transactions_train.csv").open("a") as file:
        file.write("2099-09-01,c1,c,0.1,1\n02/09/2020,c1,c,0.1,1\n,c1,c,0.1,1\n")
    found = measure(log, shop, days=7)
    assert found.data_last_day == "2020-09-12"
    assert found.articles.bought == 3


def test_hit_rates_are_grouped_by_version_label_position_channel_and_reason(log, shop):
    groups = measure(log, shop, days=7).groups
    assert counts(groups["version"]) == {"1": (1, 3, 2), "2": (1, 2, 1)}
    assert counts(groups["label"]) == {"A": (1, 3, 2), "B": (1, 2, 1)}
    assert counts(groups["position"]) == {"1": (2, 2, 1), "2": (2, 2, 2), "3": (1, 1, 0)}
    assert counts(groups["channel"]) == {"x": (1, 1, 1), "y": (1, 2, 2)}
    assert counts(groups["reason"]) == {"new": (1, 2, 1), "again": (1, 1, 1)}


def test_hit_rates_are_grouped_by_earlier_purchases(log, shop):
    """Two units of one article on one day are one purchase; they are older than 30 days."""
    groups = measure(log, shop, days=7).groups
    assert counts(groups["past purchases"]) == {"1 to 4": (1, 3, 2), "none": (1, 2, 1)}
    assert counts(groups["activity"]) == {"none": (2, 5, 3)}


def test_an_article_shown_again_on_the_day_counts_once_at_its_best_position(tmp_path, shop):
    again = [
        answered(["c1"], [["b", "a"]], day=day(1), hour=9),
        answered(["c1"], [["a", "c"]], day=day(1), hour=10),
        answered(["c1"], [["a"]], day=day(2)),
    ]
    write_log(tmp_path / "log" / "1.tfrecord", again)
    found = measure(tmp_path / "log", shop, days=7)
    assert (found.articles.shown, found.articles.bought) == (4, 2)
    assert counts(found.groups["position"]) == {"1": (1, 3, 2), "2": (1, 1, 0)}
    assert (found.answers.shown, found.answers.bought) == (2, 1)


def test_answers_whose_days_have_not_passed_anonymous_ones_and_other_signatures_are_left_out(tmp_path, shop, log):
    more = [
        answered(["c1", "c2"], [["a"], ["a"]], day=day(7)),
        answered([""], [["a"]], day=day(1)),
        answered(["c1"], [["a"]], day=day(1), signature="complete_the_look"),
    ]
    write_log(log / "requests-2.tfrecord", more)
    found = measure(log, shop, days=7)
    assert found.articles.shown == 5
    assert found.answers_left_out == {"too recent": 2, "without a customer": 1, "requests of other signatures": 1}


def test_hashed_ids_are_joined_with_the_salt(tmp_path, log, shop):
    hashed = []
    for record in ANSWERS:
        copy = type(record).FromString(record.SerializeToString())
        ids = copy.predict_log.request.inputs["customer_id"].string_val
        ids[:] = [hashed_id(SALT, customer) for customer in ids]
        hashed.append(copy)
    write_log(tmp_path / "hashed" / "1.tfrecord", hashed)
    plain, with_salt = measure(log, shop, days=7), measure(tmp_path / "hashed", shop, days=7, salt=SALT)
    assert with_salt.groups == plain.groups
    with pytest.raises(DataError, match=r"none of 2 has any. If the log was written with --log-salt-file, give the"):
        measure(tmp_path / "hashed", shop, days=7)
    with pytest.raises(DataError, match="The log has other ids than the CSVs, or another salt"):
        measure(tmp_path / "hashed", shop, days=7, salt=b"another salt of 16")


def test_the_record_is_read_as_it_was_written(tmp_path, log, shop):
    found = measure(log, shop, days=7, pair=("A", "B"))
    found.write(tmp_path / "out")
    assert read_feedback(tmp_path / "out") == found
    assert read_feedback(tmp_path) is None
    (tmp_path / "out" / "feedback.json").write_text(json.dumps({"comparison": None}))
    with pytest.raises(ValueError, match="must be a record of `lookbook feedback`"):
        read_feedback(tmp_path / "out")


def test_a_folder_without_logs_is_an_error(tmp_path, shop):
    with pytest.raises(DataError, match="--log must be a folder with request logs"):
        measure(tmp_path, shop, days=7)


def test_a_damaged_log_is_an_error_that_names_the_file(log, shop):
    path = log / "requests-1.tfrecord"
    path.write_bytes(b"x" + path.read_bytes()[1:])
    with pytest.raises(DataError, match=r"the request log .*requests-1.tfrecord cannot be read: .* wrong checksum"):
        measure(log, shop, days=7)


def test_a_log_of_which_no_day_has_passed_is_an_error(log, shop):
    with pytest.raises(DataError, match="the log must hold answers of customers whose 12 days have passed"):
        measure(log, write_transactions(shop, [(2, "c1", "a")]), days=12)


def test_labels_and_versions_can_be_compared_and_others_are_errors(log, shop):
    by_label = measure(log, shop, days=7, pair=("A", "B")).comparison
    by_version = measure(log, shop, days=7, pair=("1", "2")).comparison
    assert by_label.difference == by_version.difference == pytest.approx(1 / 2 - 2 / 3)
    assert by_label.verdict == "no verdict: A and B need at least 100 customers each, and a purchase"
    with pytest.raises(DataError, match=r"--compare must name labels or versions of the log: A, B, 1, 2. Received: C"):
        measure(log, shop, days=7, pair=("A", "C"))
