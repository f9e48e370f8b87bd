"""Targets, and tables of results."""

import pytest

from benchmarks.performance import report
from benchmarks.performance.shops import Size

ENVIRONMENT = {"measured_at": "2026-11-22T20:00:00+00:00", "machine": "2 cores", "commit": "abc", "others": 0.0}


def stage(seconds: float, rows: int = 1000, times: int = 3) -> dict:
    return {
        **ENVIRONMENT,
        "seconds": seconds,
        "times": times,
        "rows": rows,
        "rows_per_s": rows / seconds,
        "peak_gib": 1.5,
    }


def trained(ours: float, theirs: float) -> dict:
    side = {"val_recall_at_100": 0.25, "peak_gib": 2.0, "examples": 900, "epochs": 3, "dim": 64, "queries": 40}
    return {
        "ours": {**side, "examples_per_s": ours},
        "notebook": {**side, "examples_per_s": theirs},
        "ratio": ours / theirs,
    }


@pytest.fixture
def results():
    return {
        "ingest-0.1M": stage(2.0),
        "ingest-1M": stage(8.0),
        "candidates-31.8M": stage(400.0, times=1),
        "ranking-31.8M": stage(330.0, times=1),
        "refresh-31.8M": stage(600.0, times=1),
        "beside-notebook-1M": {
            **ENVIRONMENT,
            "1024": trained(300, 100),
            "4096": trained(200, 100),
            "8192": trained(190, 100),
        },
    }


def test_a_target_is_met_missed_or_not_measured(results):
    met = {words: verdict for words, _, _, verdict in report.targets(results)}

    assert met["full size: refresh"] is True
    assert met["full size: candidate lists and ranking"] is False  # 400 s and 330 s, together over 720 s
    assert met["1 M rows, batch 4096: retrieval over the notebook way, examples/s"] is True
    assert met["1 M rows, batch 8192: retrieval over the notebook way, examples/s"] is False
    assert met["full size: ingest with all row checks"] is None


def test_a_table_compares_the_cost_of_a_stage_at_all_sizes(results):
    text = report.render(results, [Size(0.1), Size(1)])

    assert "| ingest | 2.0 s, 1.5 GiB | 8.0 s, 1.5 GiB |" in text
    assert "| 8.0 | 3 | 1,000 transactions | 125 | 1.5 | 0.0 |" in text
    assert "| 4096 | ours | 200 | 0.250 | 2.0 | 2.00 |" in text


def test_a_table_compares_both_implementations_of_a_part(results):
    ways = {"as it is": 10.0, "as it was": 45.0}
    text = report.render({**results, "pieces": {**ENVIRONMENT, "milliseconds": {"softmax of 4096": ways}}}, [Size(1)])

    assert "| softmax of 4096 | 45.0 | 10.0 | 4.5 |" in text


def test_a_report_without_results():
    assert report.render({}, [Size(1)]).startswith("Nothing was measured yet.")


def test_the_cost_of_features_on_spark_stands_beside_duckdbs():
    sides = {"duckdb": {"seconds": 20.0, "peak_gib": 2.0}, "spark": {"seconds": 150.0, "peak_gib": 6.5}}
    text = report.render({"beside-spark-1M": {**ENVIRONMENT, **sides, "times": 1, "ratio": 7.5}}, [Size(1)])

    assert "| Features on DuckDB | 20.0 | 2.0 |" in text
    assert "| Features on a Spark cluster | 150 | 6.5 |" in text
    assert "7.5 times the seconds, medians of 1, in turns; others 0.0." in text
