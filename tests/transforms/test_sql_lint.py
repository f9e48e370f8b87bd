"""The queries use only SQL that DuckDB and Spark support, and every ranking in them is a total order."""

import pathlib
import re

import pytest
import sqlglot
from sqlglot import exp

import transforms
from components.features.spark_engine import spark_query
from transforms.sql import query_text

FOLDER = pathlib.Path(transforms.__file__).parent / "sql"
FILES = sorted(path.stem for path in FOLDER.glob("*.sql"))
# Columns that are distinct within ranked partitions; a ranking that ends in one has no ties.
UNIQUE = {"article_row", "neighbour_row", "article_id", "customer_id", "basket_day"}
# Queries that are not part of the state of a day; they may read all days.
BESIDE_THE_STATE = {
    "purchases",
    "article_rows",
    "customer_rows",
    "article_days",
    "baskets",
    "rebuys",
    "described_customers",
    "buyers_by_week",
    "labels",
    "numbered_purchases",
    "purchase_pairs",
    "interactions",
    "judged_customers",
    "judged_purchases",
}
LISTS = (exp.Array, exp.ArrayAgg, exp.List, exp.Unnest, exp.Explode, exp.Lambda, exp.GroupConcat)


def faults(text: str) -> list[str]:
    """Returns the faults of a query."""
    found = []
    tree = sqlglot.parse_one(text, read="duckdb")
    found += [f"list function {node.sql()}" for node in tree.find_all(*LISTS)]
    if re.search(r"\b(list_\w+|array_\w+|list|asof|qualify)\b", text, re.IGNORECASE):
        found.append("list function, ASOF or QUALIFY")
    for window in tree.find_all(exp.Window):
        order = window.args.get("order")
        if not order:
            found.append(f"no order in {window.sql()}")
            continue
        last = order.expressions[-1].this
        if not (isinstance(last, exp.Column) and last.name in UNIQUE):
            found.append(f"not a total order in {window.sql()}")
    return found


def test_there_are_queries():
    assert {"history", "recent", "article_state", "bought_together", "popular"} <= set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_query_uses_only_sql_of_both_engines_and_total_orders(name):
    assert faults(query_text(name)) == []


@pytest.mark.parametrize("name", FILES)
def test_a_query_begins_with_a_comment(name):
    assert (FOLDER / f"{name}.sql").read_text().startswith("-- ")


@pytest.mark.parametrize("name", FILES)
def test_a_query_translates_to_spark_with_its_parameters(name):
    spark = spark_query(query_text(name))
    named = set(re.findall(r"\$(\w+)", query_text(name)))
    assert set(re.findall(r":(\w+)", spark)) == named
    assert "$" not in spark
    tree = sqlglot.parse_one(spark, read="spark")
    assert {node.name for node in tree.find_all(exp.Placeholder, exp.Parameter)} == named
    assert not list(tree.find_all(exp.Command))  # sqlglot passes on SQL that it cannot parse as a command


@pytest.mark.parametrize("name", sorted(set(FILES) - BESIDE_THE_STATE))
def test_a_query_of_the_state_reads_only_earlier_days(name):
    text = query_text(name)
    reads = re.findall(r"(?:from|join) (?:purchases|article_days|numbered_purchases|purchase_pairs)\b", text)
    assert len(reads) == len(re.findall(r"where (?:p\.)?(?:last_)?day < \$as_of", text))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("select row_number() over (partition by a order by day desc) from t", "not a total order"),
        ("select row_number() over (partition by a) from t", "no order"),
        ("select list(a) from t", "list function"),
        ("select list_sort(a) from t", "list function"),
        ("select * from t asof join u on t.a = u.a and t.day >= u.day", "ASOF"),
    ],
)
def test_the_lint_finds_each_fault(text, fault):
    assert any(fault in found for found in faults(text))
