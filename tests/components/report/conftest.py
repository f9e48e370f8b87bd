"""The artifacts of a run, made by hand: two transactions of three are kept, three customers are judged."""

import dataclasses
import datetime
import json

import numpy as np
import pytest
from tensorflow_metadata.proto.v0 import anomalies_pb2, statistics_pb2

from components.drift.lists import compare_lists
from components.drift.lists_record import ListsRecord
from components.drift.thresholds import ListThresholds
from components.evaluation.metric import figures
from components.evaluation.moments import Moments
from components.evaluation.report import Evaluation
from components.gates.verdict import Verdict
from components.ingest.rejects import SET_ASIDE, Reject, write_rejects
from components.ingest.report import IngestReport, TableReport
from components.report import artifacts as artifacts_module
from components.report.artifacts import RunArtifacts
from components.report.record import RunRecord, StepRecord
from models.ranking.distributions import Distributions
from models.rankings import RANKINGS
from tests.components.drift.statistics_by_hand import statistics, validate
from tests.fake_version import write_version
from transforms.calendar import Calendar, day_of

FIRST, LAST = datetime.date(2020, 8, 1), datetime.date(2020, 9, 22)
HOSTILE = '<script>"a", b</script>'


def moments(*places):
    """Moments of customers who bought x: at `places` of ours, at 5 of own purchases, at 4 of the last blessed."""
    counted = Moments()
    for place in places:
        rankings = np.full((len(RANKINGS), 12), "o", dtype="<U8")
        rankings[0, place - 1] = rankings[1, 4] = "x"
        counted.add(rankings, np.array([*"ooo", "x", *"o" * 8]), ["x"])
    return counted


def write_tables(folder):
    folder.mkdir()
    plain = {"rows_read": 5, "rows_kept": 5, "rows_rejected": 0, "reasons": {}, "nulls": {}}
    wrong = {"rows_read": 3, "rows_kept": 2, "rows_rejected": 1, "reasons": {"price: not a number": 1}, "nulls": {}}
    IngestReport(
        tables={
            "articles": TableReport(file="articles.csv", **plain),
            "customers": TableReport(file="customers.csv", **plain),
            "transactions": TableReport(file="transactions_train.csv", **wrong),
        },
        first_day=FIRST,
        last_day=LAST,
        rows_by_day={FIRST: 1, LAST: 1},
    ).write(folder)
    reject = Reject("transactions_train.csv", 3, "price", HOSTILE, "not a number", SET_ASIDE)
    write_rejects(folder / "rejects.csv", [reject])


def write_statistics(folder):
    (folder / "Split-all").mkdir(parents=True)
    message = statistics_pb2.DatasetFeatureStatisticsList()
    dataset = message.datasets.add(name="all", num_examples=5)
    text = dataset.features.add(type=statistics_pb2.FeatureNameStatistics.STRING)
    text.path.step.append("colour_group_name")
    text.string_stats.unique = 2
    text.string_stats.common_stats.num_non_missing = 4
    text.string_stats.top_values.add(value=HOSTILE, frequency=3)
    text.string_stats.top_values.add(value="Black", frequency=1)
    number = dataset.features.add(type=statistics_pb2.FeatureNameStatistics.INT)
    number.path.step.append("product_type_no")
    number.num_stats.min, number.num_stats.median, number.num_stats.max, number.num_stats.mean = 1, 2, 9, 3.5
    number.num_stats.common_stats.num_non_missing = 5
    quantiles = number.num_stats.histograms.add(type=statistics_pb2.Histogram.QUANTILES)
    quantiles.buckets.add(low_value=1, high_value=2, sample_count=2.5)
    buckets = number.num_stats.histograms.add(type=statistics_pb2.Histogram.STANDARD)
    buckets.buckets.add(low_value=1, high_value=5, sample_count=4)
    buckets.buckets.add(low_value=5, high_value=9, sample_count=1)
    (folder / "Split-all" / "FeatureStats.pb").write_bytes(message.SerializeToString())


def write_anomalies(folder, **columns):
    (folder / "Split-all").mkdir(parents=True)
    message = anomalies_pb2.Anomalies()
    for column, description in columns.items():
        message.anomaly_info[column].description = description
        message.anomaly_info[column].severity = anomalies_pb2.AnomalyInfo.ERROR
    (folder / "Split-all" / "SchemaDiff.pb").write_bytes(message.SerializeToString())


def write_drift(folder, gate):
    """Statistics of two columns compared with those of version 5, and the lists of the ranking drift gate."""
    before = statistics(recent__sales_channel_id={HOSTILE: 1500, "2": 500}, customers__age=[1000, 1000])
    now = statistics(recent__sales_channel_id={HOSTILE: 500, "2": 1500}, customers__age=[1000, 1000])
    validate(folder, now, before)
    (folder / "baseline_statistics" / "version.txt").write_text("5")
    one, other = Distributions(9, {"article_price": [0.0, 1.0]}), Distributions(9, {"article_price": [0.0, 0.0]})
    found = compare_lists(one, other, ListThresholds(min_pairs=1, feature=0.2, score=0.1))
    ListsRecord(tuple(found), one, other).write(gate)
    return {
        "DriftStatistics": {"statistics": folder / "statistics", "baseline": folder / "baseline_statistics"},
        "DriftValidator": {"anomalies": folder / "anomalies"},
    }


def entry(article_id, **more):
    return {"article_id": article_id, "name": HOSTILE, "type": "Dress", "colour": "Red", **more}


def write_insights(folder):
    """The files of step Insights, of one customer and three articles."""
    folder.mkdir()
    figures = {
        **{"coverage": 0.5, "coverage_on_sale": 0.75, "novelty_bits": 4.5, "new_arrivals": 0.25},
        "by_decile": [0.5, *[0.0] * 9, 0.5],
    }
    of_lists = {**figures, "diversity": 0.625, "product_types": 7.5}
    spread = {"mean": 0.25, "low": 0.125, "high": 0.375}
    drop = {"name": "own_strength", "map_at_12": spread, "ndcg_at_12": spread}
    reason = {"code": "bought_together", "subject": "3", "name": "Hazel top", "count": 4, "days": 0}
    case = {
        "customer_id": "c1",
        "slice": "standing=new",
        "slices": {"standing": "new"},
        "last": [entry("1", day="2020-09-01")],
        "recommended": [entry("2", score=1.5, reasons=[reason], bought=True)],
        "num_bought": 1,
        "bought": [entry("2")],
    }
    trees = {
        "reach": {
            **{"customers": 1, "articles": 3, "on_sale": 2, "window_days": 28},
            "rankings": {"recommended": of_lists, "popular": of_lists, "bought": figures},
        },
        "importance": {
            **{"lists": 4, "with_a_positive": 2, "repeats": 3, "all_features": 68},
            "metrics": {"map_at_12": 0.5, "ndcg_at_12": 0.75},
            "families": [{**drop, "name": "pair"}],
            "features": [drop],
        },
        "cases": {"as_of": "2020-09-16", "customers": 3, "cases": [case]},
        "neighbours": {"articles": [entry("1", nearest={"picture": [entry("2")], "text": [entry("3"), entry("2")]})]},
        "article_map": {
            **{"articles": 3, "variance": [0.5, 0.25]},
            "points": [entry(name, group="Shoes", x=0.5, y=-0.25) for name in ("2", "3")],
        },
    }
    for name, tree in trees.items():
        (folder / f"{name}.json").write_text(json.dumps(tree))
    return folder


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The artifacts of a run that pushed version 7 after version 5."""
    evaluation = Evaluation({"all": figures(moments(1, 2, 1)), "standing=new": figures(moments(2))})
    monkeypatch.setattr(artifacts_module, "read_evaluation", lambda folder: evaluation)
    outputs = {"Ingest": {"tables": tmp_path / "tables"}, "Features": {"states": tmp_path / "states"}}
    write_tables(tmp_path / "tables")
    (tmp_path / "states").mkdir()
    Calendar(first=day_of(FIRST), end=day_of(LAST) + 1, label_days=7, list_weeks=2).save(tmp_path / "states")
    for table in ("articles", "customers", "transactions"):
        outputs[f"statistics_{table}"] = {"statistics": tmp_path / f"statistics_{table}"}
        outputs[f"validator_{table}"] = {"anomalies": tmp_path / f"validator_{table}"}
        write_anomalies(tmp_path / f"validator_{table}", **({"price": HOSTILE} if table == "transactions" else {}))
    write_statistics(tmp_path / "statistics_articles")
    compared = {"difference_last_blessed/mean": 0.1}
    for step, output, verdict in (
        ("FreshnessGate", "verdict", Verdict(passed=True, line="passed: fresh")),
        ("DataGate", "verdict", Verdict(passed=True, line="passed with 1 warning", warnings=("few customers",))),
        ("DriftGate", "verdict", Verdict(passed=True, line="passed: 1 of 2 distributions")),
        ("RankingDriftGate", "verdict", Verdict(passed=True, line="passed: 1 distribution")),
        ("ModelGate", "blessing", Verdict(passed=True, line="passed, proven: well", figures=compared)),
        ("InfraGate", "blessing", Verdict(passed=True, line="passed: 50 canary queries")),
    ):
        verdict.write(tmp_path / step)
        outputs[step] = {output: tmp_path / step}
    for step, output in (("Evaluator", "evaluation"), ("Push", "pushed_model")):
        (tmp_path / step).mkdir()
        outputs[step] = {output: tmp_path / step}
    outputs["Insights"] = {"insights": write_insights(tmp_path / "Insights")}
    outputs |= write_drift(tmp_path / "drift", tmp_path / "RankingDriftGate")
    serving = tmp_path / "serving"
    (tmp_path / "Push" / "version.json").write_text(json.dumps({"version": "/elsewhere/serving/lookbook/7"}))
    days = {"judged_as_of": "2020-09-16", "as_of": "2020-09-23", "trained_until": "2020-09-16"}
    write_version(serving / "5", evaluation=figures(moments(3, 3)), judged_as_of="2020-09-09", as_of="2020-09-16")
    write_version(serving / "7", evaluation=evaluation.overall, **days)
    record = RunRecord(
        kind="run",
        settings={"seed": 0, "ranking": {"epochs": 5}},
        code_version="new",
        package="lookbook 0.1.0",
        finished="2020-09-23T06:30:00",
        seconds=60.5,
        peak_gib=1.5,
        fingerprint="f1a9",
        data_dir="/data",
        steps=(StepRecord(name="Ingest", cached=True, seconds=0.1), StepRecord(name="Push", cached=False, seconds=1.0)),
    )
    return RunArtifacts(outputs=outputs, serving_dir=serving, record=record)


def without(artifacts, *steps, **record):
    """The artifacts without those of some steps, with changes of the record."""
    outputs = {step: outputs for step, outputs in artifacts.outputs.items() if step not in steps}
    return dataclasses.replace(artifacts, outputs=outputs, record=dataclasses.replace(artifacts.record, **record))
