"""The schema of Transform's input agrees with the raw columns, and the SQL with the bounds of the segments."""

import pytest
from tensorflow_metadata.proto.v0 import schema_pb2

from benchmarks.transform_graph import feature_schema
from components.features.duckdb_engine import DuckDbEngine
from tests.tiny_shop import write_tables
from transforms import columns
from transforms import features as f


def test_the_schema_has_exactly_the_columns_transform_reads():
    expected = {columns.ARTICLE_ID, columns.CUSTOMER_ID, columns.PRODUCT_NAME, columns.DESCRIPTION, columns.AGE}
    expected |= {*f.ARTICLE_CATEGORIES, *f.CUSTOMER_CATEGORIES, f.BOUGHT, f.DAY, f.WEEK}
    names = [feature.name for feature in feature_schema().feature]
    assert sorted(names) == sorted(expected)


def test_the_schema_has_the_types_of_the_raw_columns():
    kinds = {column.name: column.kind for table in (columns.ARTICLES, columns.CUSTOMERS) for column in table}
    for feature in feature_schema().feature:
        raw = columns.ARTICLE_ID if feature.name == f.BOUGHT else feature.name
        expected = {"int": "INT", "float": "FLOAT"}.get(kinds.get(raw, "int"), "BYTES")
        assert schema_pb2.FeatureType.Name(feature.type) == expected, feature.name
        assert not feature.HasField("shape"), "a column that a row may lack must stay sparse"


def test_categories_are_raw_columns():
    assert set(f.ARTICLE_CATEGORIES) <= {column.name for column in columns.ARTICLES}
    assert set(f.CUSTOMER_CATEGORIES) <= {column.name for column in columns.CUSTOMERS}


@pytest.mark.parametrize("bound", f.SEGMENT_AGES)
def test_segments_of_the_sql_and_the_graph_have_equal_bounds(bound, tmp_path):
    ages = [bound - 1, bound - 0.01, bound, bound + 0.01, None]
    customers = [{"customer_id": f"c{i}", "age": age} for i, age in enumerate(ages)]
    write_tables(tmp_path, [{"article_id": "0000001"}], customers, [(1, "c0", "0000001", 1.0)])
    engine = DuckDbEngine(tmp_path)
    engine.view("customers", tmp_path / "customers.parquet")
    found = engine.table("customer_rows")
    below = 1 + f.SEGMENT_AGES.index(bound)
    assert found["segment"].to_pylist() == [below, below, below + 1, below + 1, 0]
    engine.close()
