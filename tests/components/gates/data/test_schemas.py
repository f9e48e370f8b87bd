"""The curated schemas, and the verdict of the data gate on data that violate them."""

import datetime
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.examples import as_lists
from components.gates.data.executor import judge
from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from components.ingest.report import IngestReport, TableReport
from synthetic import ShopConfig, synthesize
from tests.source_tree import ROOT
from tests.tiny_shop import TYPES
from transforms.columns import TABLES

DATA = ROOT / os.environ.get("LOOKBOOK_DATA", "../shared/data")
FILLED = {"id": "1", "category": "1", "date": datetime.date(2020, 9, 1), "float": 0.5}


def table_of(name: str, **values: list) -> pa.Table:
    """Returns three rows with `values`; other required columns are filled, other optional ones are null."""
    return pa.table(
        {
            column.name: pa.array(
                values.get(column.name, [FILLED[column.kind] if column.required else None] * 3), TYPES[column.kind]
            )
            for column in TABLES[name]
        }
    )


def schema_of(name: str):
    import tensorflow_data_validation as tfdv

    return tfdv.load_schema_text(str(ROOT / "transforms" / "schemas" / f"{name}.pbtxt"))


def validate(name: str, table: pa.Table):
    """Returns the anomalies that ExampleValidator finds in `table`."""
    import tensorflow_data_validation as tfdv
    from tensorflow_data_validation.statistics import stats_impl

    schema = schema_of(name)
    (batch,) = table.combine_chunks().to_batches()
    options = tfdv.StatsOptions(schema=schema)
    return tfdv.validate_statistics(stats_impl.generate_statistics_in_memory(as_lists(batch), options), schema)


def verdict_of(name: str, table: pa.Table):
    day = datetime.date(2020, 9, 1)
    empty = TableReport(file="f.csv", rows_read=3, rows_kept=3, rows_rejected=0, reasons={}, nulls={})
    report = IngestReport(tables=dict.fromkeys(TABLES, empty), first_day=day, last_day=day)
    return judge({name: validate(name, table)}, report)


@pytest.mark.parametrize("name", TABLES)
def test_a_schema_has_and_requires_the_columns_of_its_table(name):
    features = {feature.name: feature for feature in schema_of(name).feature}
    assert list(features) == [column.name for column in TABLES[name]]
    required = {name for name, feature in features.items() if feature.HasField("shape")}
    assert required == {column.name for column in TABLES[name] if column.required}


@pytest.mark.parametrize("name", TABLES)
def test_all_optional_columns_may_be_empty(name):
    assert not verdict_of(name, table_of(name)).reasons
    assert not validate(name, table_of(name)).anomaly_info


@pytest.mark.parametrize(
    ("name", "column", "values", "message"),
    [
        ("customers", "age", [31.0, -1.0, None], "-1<0"),
        ("customers", "age", [31.0, 1985.0, None], "1985>120"),
        ("transactions", "price", [0.1, -0.5, 0.2], "-0.5<0"),
        (
            "transactions",
            "t_dat",
            [datetime.date(1980, 1, 1)] * 3,
            "(days since 1970-01-01): Unexpectedly small value: 3652",
        ),
        ("transactions", "article_id", ["1", None, "2"], ""),
        ("articles", "product_code", ["1", None, "2"], ""),
    ],
)
def test_an_impossible_value_stops_the_run_with_table_and_column(name, column, values, message):
    verdict = verdict_of(name, table_of(name, **{column: values}))
    (reason,) = verdict.reasons
    assert reason.startswith(f"{name}.{column}")
    assert message in reason
    assert f"transforms/schemas/{name}.pbtxt" in reason


def test_a_column_of_another_type_stops_the_run():
    table = table_of("articles").drop(["prod_name"])
    verdict = verdict_of("articles", table.append_column("prod_name", pa.array([1, 2, 3])))
    assert [reason.split(":")[0] for reason in verdict.reasons] == ["articles.prod_name"]


def test_a_column_that_is_missing_stops_the_run():
    verdict = verdict_of("transactions", table_of("transactions").drop(["price"]))
    assert [reason.split(":")[0] for reason in verdict.reasons] == ["transactions.price"]


def test_values_that_a_domain_does_not_list_are_warnings():
    verdict = verdict_of("customers", table_of("customers", club_member_status=["ACTIVE", "GOLD", None]))
    assert not verdict.reasons
    assert [warning.split(":")[0] for warning in verdict.warnings] == ["customers.club_member_status"]
    assert "GOLD" in verdict.warnings[0]


def test_the_synthetic_shop_has_no_anomalies(tmp_path):
    synthesize(ShopConfig(customers=300, articles=100, transactions=5_000, days=60), tmp_path / "shop")
    report = ingest(tmp_path / "shop", tmp_path / "tables", IngestConfig(memory_limit_gib=0.5))
    for name in TABLES:
        assert report.tables[name].rows_rejected == 0
        assert not report.tables[name].nulls
        assert not validate(name, pq.read_table(tmp_path / "tables" / f"{name}.parquet")).anomaly_info


@pytest.mark.parametrize("folder", ["hm-sample", "hm-week", "online-retail"])
def test_real_shops_have_no_anomalies(folder, tmp_path):
    if not (DATA / folder).is_dir():
        pytest.skip(f"no {folder} in {DATA}: set LOOKBOOK_DATA")
    report = ingest(DATA / folder, tmp_path / "tables", IngestConfig(memory_limit_gib=1.0))
    tables = {name: pq.read_table(tmp_path / "tables" / f"{name}.parquet") for name in TABLES}
    for name, table in tables.items():
        assert report.tables[name].rows_kept == report.tables[name].rows_read == table.num_rows
        assert not validate(name, table.slice(0, 20_000)).anomaly_info
    first = {"hm-sample": "0108775015", "hm-week": "0108775015", "online-retail": "0100000001"}
    assert tables["articles"]["article_id"][0].as_py() == first[folder]
