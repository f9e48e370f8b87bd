"""The verdict of the data gate on hand-made anomalies and reports."""

import datetime

import pytest
from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.gates.data.executor import judge, pass_or_raise, read_anomalies
from components.gates.data.time_checks import Findings
from components.gates.verdict import Verdict
from components.ingest.report import IngestReport, TableReport, Violation
from transforms.columns import FILES
from transforms.errors import GateError

DAY = datetime.date(2020, 9, 22)
INFO = anomalies_pb2.AnomalyInfo


def report_of(**tables: dict) -> IngestReport:
    sound = {"rows_read": 10, "rows_kept": 10, "rows_rejected": 0, "reasons": {}, "nulls": {}}
    return IngestReport(
        tables={name: TableReport(file=FILES[name], **{**sound, **tables.get(name, {})}) for name in FILES},
        first_day=DAY,
        last_day=DAY,
    )


def anomaly(column: str, severity: int, *kinds: int, description: str = "Odd.") -> anomalies_pb2.Anomalies:
    found = anomalies_pb2.Anomalies()
    info = found.anomaly_info[column]
    info.severity = severity
    info.description = description
    for kind in kinds:
        info.reason.add(type=kind)
    return found


def test_data_without_findings_pass():
    verdict = judge({"articles": anomalies_pb2.Anomalies()}, report_of())
    assert (verdict.reasons, verdict.warnings) == ((), ())
    assert pass_or_raise(verdict) == Verdict(passed=True, line="passed")


def test_an_error_is_reported_in_one_line_with_the_remedy():
    found = anomaly("age", INFO.ERROR, INFO.FLOAT_TYPE_BIG_FLOAT, description="Too high:\n 1985>120.")
    with pytest.raises(GateError) as stopped:
        pass_or_raise(judge({"customers": found}, report_of()))
    assert str(stopped.value) == (
        "data gate: customers.age: Too high: 1985>120; correct or empty these values in customers.csv, "
        "or widen the domain in transforms/schemas/customers.pbtxt"
    )


def test_each_error_has_a_line_of_its_own():
    found = {
        "customers": anomaly("age", INFO.ERROR, INFO.FLOAT_TYPE_BIG_FLOAT),
        "transactions": anomaly("price", INFO.ERROR, INFO.SCHEMA_MISSING_COLUMN),
    }
    with pytest.raises(GateError) as stopped:
        pass_or_raise(judge(found, report_of()))
    assert [line.split(": ")[1] for line in str(stopped.value).split("\n")] == ["customers.age", "transactions.price"]


def test_an_anomaly_of_severity_warning_is_a_warning():
    verdict = judge({"articles": anomaly("prod_name", INFO.WARNING, INFO.SCHEMA_MISSING_COLUMN)}, report_of())
    assert (verdict.reasons, verdict.warnings) == ((), ("articles.prod_name: Odd",))


def test_an_unlisted_value_stops_only_together_with_another_error():
    unknown = INFO.ENUM_TYPE_UNEXPECTED_STRING_VALUES
    alone = judge({"customers": anomaly("club_member_status", INFO.ERROR, unknown)}, report_of())
    worse = judge(
        {"customers": anomaly("club_member_status", INFO.ERROR, unknown, INFO.ENUM_TYPE_INVALID_UTF8)}, report_of()
    )
    assert (bool(alone.reasons), bool(worse.reasons)) == (False, True)


def test_an_error_without_reasons_stops():
    assert judge({"customers": anomaly("age", INFO.ERROR)}, report_of()).reasons


def test_an_anomaly_of_the_whole_table_and_missing_data_stop():
    found = anomalies_pb2.Anomalies(data_missing=True)
    found.dataset_anomaly_info.severity = INFO.ERROR
    found.dataset_anomaly_info.description = "Too few."
    verdict = judge({"transactions": found}, report_of())
    assert [reason.split(";")[0] for reason in verdict.reasons] == [
        "transactions: there are no statistics",
        "transactions: Too few",
    ]


def test_findings_of_the_time_checks_stop_or_warn():
    assert judge({}, report_of(), Findings(reasons=("a gap",))).reasons == ("a gap",)
    verdict = judge({}, report_of(), Findings(warnings=("few customers",)))
    assert (verdict.reasons, verdict.warnings) == ((), ("few customers",))


def test_rows_set_aside_and_values_set_to_null_are_warnings():
    report = report_of(
        transactions={"rows_kept": 7, "rows_rejected": 3, "reasons": {"price: negative": 2, "t_dat: x": 1}},
        customers={"nulls": {"age: not a number": 4}},
    )
    assert judge({}, report).warnings == (
        "customers.age: not a number: 4 values set to null",
        "transactions: 3 of 10 rows set aside, most often price: negative (2); see rejects.csv",
    )


def test_values_out_of_range_are_reported_once_with_the_counts_of_ingest():
    violation = Violation(column="age", kind="above", bound="120", rows=2, values=("1985.0",), line=7)
    report = report_of(customers={"violations": (violation,)})
    sampled = anomaly("age", INFO.ERROR, INFO.FLOAT_TYPE_BIG_FLOAT, description="1985>120")
    assert judge({"customers": sampled}, report).reasons == (
        "customers.age: 2 of 10 rows hold more than 120: 1985.0; the first in customers.csv line 7; correct or empty "
        "these values in customers.csv, or widen the domain in transforms/schemas/customers.pbtxt",
    )
    missing = anomaly("age", INFO.ERROR, INFO.SCHEMA_MISSING_COLUMN)
    assert len(judge({"customers": missing}, report).reasons) == 2


def test_article_ids_with_blanks_are_a_warning():
    assert judge({}, report_of(articles={"ids_with_blanks": 2}, customers={"ids_with_blanks": 5})).warnings == (
        "articles.article_id: 2 ids hold blanks, which separate the articles in the output of `lookbook recommend`; "
        "give it another --delimiter, such as '|'",
    )


def test_anomalies_are_read_from_every_split(tmp_path):
    for split, column in (("all", "age"), ("eval", "FN")):
        (tmp_path / f"Split-{split}").mkdir()
        (tmp_path / f"Split-{split}" / "SchemaDiff.pb").write_bytes(anomaly(column, INFO.ERROR).SerializeToString())
    assert sorted(read_anomalies(tmp_path).anomaly_info) == ["FN", "age"]


def test_a_missing_schema_diff_stops(tmp_path):
    with pytest.raises(GateError, match=r"no Split-\*/SchemaDiff.pb"):
        read_anomalies(tmp_path)


def test_a_passing_verdict_lists_and_counts_the_warnings():
    one = judge({"customers": anomaly("age", INFO.WARNING)}, report_of())
    assert pass_or_raise(one) == Verdict(passed=True, line="passed with 1 warning", warnings=("customers.age: Odd",))
    two = Findings(warnings=("a", "b"))
    assert pass_or_raise(two) == Verdict(passed=True, line="passed with 2 warnings", warnings=("a", "b"))
