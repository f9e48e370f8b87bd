"""Ingest, StatisticsGen, ImportSchemaGen, ExampleValidator and DataGate as a pipeline, on a tiny shop."""

import json
import pathlib

import pytest

from components.ingest.config import IngestConfig
from components.ingest.source import fingerprint_of
from tests.csv_shop import write_csvs
from transforms.columns import TABLES
from transforms.errors import DataError, GateError
from transforms.schemas import SCHEMAS

BEAM = ["--runner=apache_beam.runners.portability.fn_api_runner.fn_runner.FnApiRunner"]


def write_shop(data_dir: pathlib.Path, *, age: str = "31") -> None:
    articles = [{"article_id": id_, "product_code": "0100000"} for id_ in ("0100000001", "0100000002")]
    customers = [
        {"customer_id": "00aa", "club_member_status": "ACTIVE", "age": age},
        {"customer_id": "00bb", "FN": "1", "club_member_status": "GOLD"},
    ]
    names = ("t_dat", "customer_id", "article_id", "price", "sales_channel_id")
    bought = [("2020-09-01", "00aa", "0100000001", "0.05", "2"), ("2020-09-02", "00bb", "0100000002", "0.07", "")]
    transactions = [dict(zip(names, row, strict=True)) for row in bought]
    write_csvs(data_dir, {"articles": articles, "customers": customers, "transactions": transactions})


def run_pipeline(folder: pathlib.Path) -> None:
    from tfx.components.example_validator.component import ExampleValidator
    from tfx.components.schema_gen.import_schema_gen.component import ImportSchemaGen
    from tfx.components.statistics_gen.component import StatisticsGen
    from tfx.orchestration import metadata, pipeline
    from tfx.orchestration.local.local_dag_runner import LocalDagRunner

    from components.gates.data.component import DataGate, DataGateSettings
    from components.ingest.component import Ingest, IngestSettings

    ingest = Ingest(
        data_dir=str(folder / "data"),
        fingerprint=fingerprint_of(folder / "data"),
        settings=IngestSettings(ingest=IngestConfig(memory_limit_gib=0.5), code_version="test").as_json(),
    )
    nodes = [ingest]
    anomalies = {}
    for table in TABLES:
        schema = ImportSchemaGen(schema_file=str(SCHEMAS / f"{table}.pbtxt")).with_id(f"schema_{table}")
        statistics = StatisticsGen(
            examples=ingest.outputs[f"{table}_examples"], schema=schema.outputs["schema"]
        ).with_id(f"statistics_{table}")
        validator = ExampleValidator(
            statistics=statistics.outputs["statistics"], schema=schema.outputs["schema"]
        ).with_id(f"validate_{table}")
        anomalies[f"{table}_anomalies"] = validator.outputs["anomalies"]
        nodes += [schema, statistics, validator]
    settings = DataGateSettings(label_days=7, code_version="test").as_json()
    nodes.append(DataGate(tables=ingest.outputs["tables"], settings=settings, **anomalies))
    LocalDagRunner().run(
        pipeline.Pipeline(
            pipeline_name="gate",
            pipeline_root=str(folder / "root"),
            metadata_connection_config=metadata.sqlite_metadata_connection_config(str(folder / "mlmd.sqlite")),
            components=nodes,
            beam_pipeline_args=BEAM,
        )
    )


@pytest.mark.proof
def test_a_sound_shop_passes_with_a_verdict(tmp_path):
    write_shop(tmp_path / "data")
    run_pipeline(tmp_path)
    (path,) = (tmp_path / "root" / "DataGate" / "verdict").glob("*/verdict.json")
    verdict = json.loads(path.read_text())
    assert verdict["passed"] is True
    assert len(verdict["warnings"]) == 1
    assert verdict["warnings"][0].startswith("customers.club_member_status: ")
    assert "GOLD" in verdict["warnings"][0]


@pytest.mark.proof
def test_an_impossible_age_stops_the_run_with_one_line(tmp_path):
    write_shop(tmp_path / "data", age="1985")
    with pytest.raises(GateError, match=r"^data gate: customers.age: .*1985.*; correct or empty") as stopped:
        run_pipeline(tmp_path)
    assert "\n" not in str(stopped.value)
    assert not list((tmp_path / "root" / "DataGate" / "verdict").glob("*/verdict.json"))


@pytest.mark.proof
def test_the_rejects_file_remains_if_ingest_stops_the_run(tmp_path):
    write_shop(tmp_path / "data")
    path = tmp_path / "data" / "transactions_train.csv"
    path.write_text(path.read_text().replace("0.07", "free"))
    with pytest.raises(DataError, match=r"1 of 2 rows .* see .*rejects.csv") as stopped:
        run_pipeline(tmp_path)
    rejects = pathlib.Path(str(stopped.value).rpartition("see ")[2])
    assert "transactions_train.csv,3,price,free,not a number,row set aside" in rejects.read_text()
