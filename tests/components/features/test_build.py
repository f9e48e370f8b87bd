"""The output of the features component: states, labels, transform examples and judged examples."""

import dataclasses

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.examples import read_examples
from components.features.config import FeaturesConfig
from components.features.examples import group_purchases
from components.features.executor import build_features
from tests import tiny_shop
from tests.tiny_shop import DAYS, FIRST_DAY, article_id, article_row, customer_id, outputs
from transforms.calendar import date_of
from transforms.errors import ConfigError, DataError


def test_there_are_states_of_all_days_and_labels_of_all_weeks(tiny):
    calendar = tiny.calendar
    assert calendar.end == FIRST_DAY + DAYS
    assert len(calendar.state_days) == 4
    for day in calendar.state_days:
        assert (tiny.states / date_of(day) / "history.parquet").exists()
    labels = sorted(path.stem for path in (tiny.states / "labels").iterdir())
    assert labels == [date_of(day) for day in (*calendar.list_days, calendar.cut)]


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_the_state_of_a_past_week_describes_its_buyers_only(tiny, tmp_path, place):
    day = tiny.calendar.state_days[place]
    whole = tiny_shop.write_states(tiny.tables, tmp_path, [day])[day]
    buyers = {int(c[1:]) for d, c, *_ in tiny_shop.purchases() if day <= d < day + 7}
    everyone = set(range(tiny_shop.CUSTOMERS))
    described = everyone if day == tiny.calendar.end else buyers
    assert buyers < everyone
    assert {row["customer_row"] for row in pq.read_table(whole / "customer_state.parquet").to_pylist()} == everyone
    written = {file.name for file in (tiny.states / date_of(day)).iterdir()}
    served = {file.name for file in whole.iterdir()} - written  # tables of looks, which a list week has not
    assert all(name.startswith("look_") for name in served)
    assert bool(served) == (day < tiny.calendar.cut)
    for file in sorted(whole / name for name in written):
        rows, wanted = (pq.read_table(folder / file.name).to_pylist() for folder in (tiny.states / date_of(day), whole))
        if "customer_row" in wanted[0]:
            wanted = [row for row in wanted if row["customer_row"] in described]
        assert rows == wanted


def test_labels_are_the_purchases_of_the_week(tiny):
    for day in (*tiny.calendar.list_days, tiny.calendar.cut):
        table = pq.read_table(tiny.states / "labels" / f"{date_of(day)}.parquet")
        found = list(zip(table["customer_row"].to_pylist(), table["article_row"].to_pylist(), strict=True))
        wanted = {(c, a) for d, c, a, _ in tiny_shop.purchases() if day <= d < day + 7}
        assert found == sorted((int(c[1:]), article_row(a)) for c, a in wanted)


def bought(examples):
    """Returns (day, customer, article, week) of every purchase of the Examples, in order."""
    rows = read_examples(examples / "Split-purchases").to_pydict()
    return [
        (day, customer.decode(), article.decode(), week)
        for (customer,), *lists in zip(rows["customer_id"], rows["day"], rows["bought"], rows["week"], strict=True)
        for day, article, week in zip(*lists, strict=True)
    ]


def test_purchases_have_their_week_and_are_distinct_per_day(tiny):
    first = tiny.calendar.list_days[0]
    wanted = {(d, c, a, 0 if d < first else 1 + (d - first) // 7) for d, c, a, _ in tiny_shop.purchases()}
    assert sorted(bought(tiny.examples)) == sorted(wanted)


def test_each_customer_has_one_row_of_purchases(tiny):
    rows = read_examples(tiny.examples / "Split-purchases").to_pydict()["customer_id"]
    assert [c.decode() for (c,) in rows] == sorted({c for _, c, _, _ in tiny_shop.purchases()})


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_grouping_by_customer_does_not_depend_on_batches(size):
    columns = {"customer_id": list("vuuuww"), "article_id": list("abcdab"), "day": [1, 2, 3, 4, 4, 4]}
    table = pa.table({**columns, "week": [0, 0, 1, 1, 1, 1]})
    rows = [row for batch in group_purchases(table.to_batches(size)) for row in batch.to_pylist()]
    assert rows == [
        {"customer_id": "v", "bought": ["a"], "day": [1], "week": [0]},
        {"customer_id": "u", "bought": ["b", "c", "d"], "day": [2, 3, 4], "week": [0, 1, 1]},
        {"customer_id": "w", "bought": ["a", "b"], "day": [4, 4], "week": [1, 1]},
    ]


def test_grouping_no_purchases_gives_no_rows():
    names = ("customer_id", "article_id", "day", "week")
    empty = pa.RecordBatch.from_pydict({name: pa.array([], pa.string()) for name in names})
    assert list(group_purchases([])) == []
    assert list(group_purchases([empty, empty])) == []


def test_purchases_older_than_the_window_are_left_out(tmp_path, tiny):
    config = tiny_shop.FEATURES.replace(interaction_window_days=10)
    to = outputs(tmp_path)
    calendar = build_features(tiny.tables, tiny.vectors, to, config, tiny_shop.LABEL_DAYS)
    assert min(day for day, *_ in bought(to.examples)) == calendar.list_days[0] - 10


def test_examples_hold_all_articles_and_customers(tiny):
    articles = read_examples(tiny.examples / "Split-articles").to_pydict()["article_id"]
    customers = read_examples(tiny.examples / "Split-customers").to_pydict()["customer_id"]
    assert [a.decode() for (a,) in articles] == [article_id(i) for i in range(tiny_shop.ARTICLES)]
    assert [c.decode() for (c,) in customers] == [customer_id(i) for i in range(tiny_shop.CUSTOMERS)]


def test_each_buyer_of_the_test_week_is_judged_once_with_distinct_articles_and_slices(tiny):
    judged = read_examples(tiny.judged / "Split-eval").to_pylist()
    cut, bought = tiny.calendar.cut, tiny_shop.purchases()
    wanted: dict = {}
    for day, customer, article, _ in bought:
        if day >= cut:
            wanted.setdefault(customer, set()).add(article)
    found = {row["customer_id"][0].decode(): row for row in judged}
    assert len(judged) == len(wanted)
    assert {c: [a.decode() for a in row["purchased"]] for c, row in found.items()} == {
        c: sorted(articles) for c, articles in wanted.items()
    }
    ages = {row["customer_id"]: row for row in tiny_shop.raw_customers()}
    for customer, row in found.items():
        person = ages[customer]
        before = [day for day, c, _, _ in bought if c == customer and day < cut]
        lately = sum(day >= cut - 30 for day in before)
        assert row["standing"] == [b"returning" if before else b"new"]
        assert row["activity"] == [b"none" if not lately else b"few" if lately < 5 else b"many"]
        assert row["club_member_status"] == [(person["club_member_status"] or "unknown").encode()]
        assert row["age_group"] == [_age_group(person["age"])]
    assert len({row["activity"][0] for row in judged}) >= 2


def test_two_builds_write_identical_states_and_equal_examples(tiny, tmp_path):
    again = tiny_shop.build(tmp_path, tiny_shop.purchases()[::-1])
    files = sorted(path.relative_to(tiny.root) for path in tiny.states.rglob("*") if path.is_file())
    assert files
    assert [path for path in files if (tiny.root / path).read_bytes() != (again.root / path).read_bytes()] == []
    # The fields of an Example are a protobuf map, whose order in the file is undefined.
    for folder in ("examples/Split-articles", "examples/Split-customers", "examples/Split-purchases"):
        assert read_examples(tiny.root / folder).to_pydict() == read_examples(again.root / folder).to_pydict()


def test_without_training_the_states_of_cut_and_end_are_identical(tiny, tmp_path):
    to = dataclasses.replace(outputs(tmp_path), examples=None)
    calendar = build_features(tiny.tables, tiny.vectors, to, tiny_shop.FEATURES, tiny_shop.LABEL_DAYS)
    assert (calendar.cut, calendar.end) == (tiny.calendar.cut, tiny.calendar.end)
    days = {date_of(calendar.cut), date_of(calendar.end)}
    assert {path.name for path in to.states.iterdir() if path.is_dir()} == days | {"labels"}
    files = [path.relative_to(to.states) for path in to.states.rglob("*.parquet")]
    assert len(files) > 2 * 8
    assert [path for path in files if (to.states / path).read_bytes() != (tiny.states / path).read_bytes()] == []
    assert read_examples(to.judged / "Split-eval").to_pydict() == read_examples(tiny.judged / "Split-eval").to_pydict()


def test_too_short_data_are_refused(tmp_path):
    with pytest.raises(DataError, match="at least 3"):
        tiny_shop.build(tmp_path, [(1, "c000", article_id(0), 1.0), (15, "c000", article_id(0), 1.0)])


@pytest.mark.parametrize(("name", "value"), [("list_weeks", 0), ("half_life_days", 0.0), ("popular_length", 11)])
def test_a_setting_out_of_range_is_refused_by_name(name, value):
    with pytest.raises(ConfigError, match=rf"features\.{name} must be a .* from .* Received: {value}"):
        FeaturesConfig.from_tree({name: value}, "features")


def _age_group(age: float | None) -> bytes:
    if age is None:
        return b"unknown"
    return b"below 25" if age < 25 else b"25 to 34" if age < 35 else b"35 to 49" if age < 50 else b"50 and older"
