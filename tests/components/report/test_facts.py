"""Facts of a run are read from its artifacts as they are."""

import dataclasses
import datetime
import io
import json
import math

import pytest
from PIL import Image

from components.model_files import write_description
from components.report import album
from components.report.artifacts import RunArtifacts, photos_of
from components.report.facts import read_facts
from components.report.record import RunRecord, read_run_record
from pages.interval import Interval
from pages.section import Absent
from tests.components.report.conftest import FIRST, HOSTILE, LAST, without
from transforms.photos.shop_photos import ShopPhotos

DAY = datetime.timedelta(days=1)


def facts(artifacts, name):
    return read_facts(artifacts).sections[name]


def test_a_run_that_pushed_has_its_version_verdicts_and_sizes(run):
    found = facts(run, "verdict")
    assert (found.outcome, found.version) == ("pushed", "7")
    assert [(gate.title, gate.passed) for gate in found.gates] == [
        ("freshness gate", True),
        ("data gate", True),
        ("drift gate", True),
        ("ranking drift gate", True),
        ("model gate", True),
        ("infra gate", True),
    ]
    assert found.gates[1].warnings == ("few customers",)
    size = found.data
    assert (size.articles, size.customers, size.transactions, size.first_day, size.last_day) == (5, 5, 2, FIRST, LAST)
    assert found.test_week == (datetime.date(2020, 9, 16), LAST)
    assert found.trained_until == datetime.date(2020, 9, 16)


def test_the_run_itself_is_read_from_its_record(run):
    found = facts(run, "verdict").run
    assert (found.steps, found.cached, found.seconds, found.peak_gib) == (2, 1, 60.5, 1.5)
    assert (found.code_version, found.finished) == ("new", datetime.datetime(2020, 9, 23, 6, 30))


def test_figures_have_the_intervals_of_the_evaluator(run):
    found = facts(run, "verdict")
    mean, sd = (1 + 1 / 2 + 1) / 3, math.sqrt(((1 / 6) ** 2 * 2 + (1 / 3) ** 2) / 2)
    assert found.metrics["MAP@12"].mean == pytest.approx(mean)
    assert found.metrics["MAP@12"].low == pytest.approx(mean - 1.96 * sd / math.sqrt(3))
    assert found.metrics["MAP@12"].high == 1.0, "the interval would reach 1.16"
    assert found.differences["the better simple baseline"].mean == pytest.approx(mean - 1 / 5)
    assert found.differences["the last blessed model"].mean == pytest.approx(mean - 1 / 4)


def test_a_refused_run_has_no_version_and_the_newest_version_is_the_previous(run):
    (run.outputs["Push"]["pushed_model"] / "version.json").unlink()
    found = facts(run, "verdict")
    assert (found.outcome, found.version, found.previous.number) == ("refused", None, "7")


def test_a_gate_that_stopped_the_run_gives_its_message_as_reason(run):
    later = ("DataGate", "DriftGate", "Features", "RankingDriftGate", "ModelGate", "InfraGate", "Evaluator", "Push")
    found = facts(without(run, *later, failed_step="DataGate", error="data gate: no prices"), "verdict")
    assert found.outcome == "failed"
    assert [(gate.passed, gate.line) for gate in found.gates[:3]] == [
        (True, "passed: fresh"),
        (False, "data gate: no prices"),
        (None, "the run ended before this gate"),
    ]
    assert found.metrics == {}


def test_the_previous_version_is_the_newest_that_is_older(run):
    previous = facts(run, "verdict").previous
    assert (previous.number, previous.as_of) == ("5", datetime.date(2020, 9, 16))
    assert previous.metrics["MAP@12"].mean == pytest.approx(1 / 3)
    assert (previous.settings, previous.data, previous.code_version) == (None, None, None)


def test_settings_data_and_code_of_the_previous_version_are_read_from_its_record(run):
    data = {"first_day": "2020-08-01", "last_day": "2020-09-15", "articles": 4, "customers": 4, "transactions": 1}
    record = RunRecord(kind="run", settings={"seed": 0, "ranking": {"epochs": 3}}, code_version="old", data=data)
    record.write(run.serving_dir / "5" / "assets.extra")
    previous = facts(run, "verdict").previous
    assert [(change.name, change.before, change.now) for change in previous.settings] == [("ranking.epochs", "3", "5")]
    assert (previous.data.transactions, previous.data.last_day) == (1, datetime.date(2020, 9, 15))
    assert previous.code_version == "old"


def test_the_data_have_rows_reasons_examples_and_sales(run):
    found = facts(run, "data")
    table = found.tables[2]
    assert (table.file, table.rows_read, table.rows_kept, table.rows_rejected) == ("transactions_train.csv", 3, 2, 1)
    (reason,) = table.reasons
    assert (reason.reason, reason.count, reason.consequence) == ("price: not a number", 1, "row set aside")
    assert [(example.line, example.value) for example in reason.examples] == [(3, HOSTILE)]
    assert found.sales == ((FIRST, 1), (LAST, 1))


def test_drift_has_values_thresholds_and_both_distributions(run):
    found = facts(run, "drift")
    assert found.version == "5"
    judged = {column.name: column for column in found.columns if column.value is not None}
    assert set(judged) == {"customers.age", "recent.sales_channel_id"}
    channel = judged["recent.sales_channel_id"]
    assert (channel.value, channel.threshold, channel.state) == (pytest.approx(0.5), 0.15, "drifted")
    assert channel.shares == ((HOSTILE, 0.75, 0.25), ("2", 0.25, 0.75))
    assert judged["customers.age"].shares == (("to 1", 0.5, 0.5), ("to 2", 0.5, 0.5))


def test_drift_has_the_ranking_features_in_the_same_bins(run):
    """Halves at 0 and 1 against all at 0."""
    (feature,) = facts(run, "drift").ranking
    assert (feature.name, feature.state) == ("ranking.article_price", "drifted")
    assert feature.shares == (("to 0", 1.0, 0.5), ("to 1", 0.0, 0.5))


def test_a_run_without_lists_has_the_drift_of_its_columns_alone(run):
    found = facts(without(run, "RankingDriftGate"), "drift")
    assert found.ranking is None
    assert found.columns


def test_drift_of_a_first_run_says_that_there_is_nothing_to_compare_with(run):
    (run.outputs["DriftStatistics"]["baseline"] / "Split-all" / "FeatureStats.pb").unlink()
    assert facts(run, "drift").why.startswith("There is nothing to compare with: no other run has pushed")


def test_the_bands_are_those_of_the_calendar(run):
    cut = LAST - 6 * DAY
    lists = cut - 14 * DAY
    bands = [(band.first, band.last) for band in facts(run, "data").bands]
    assert bands == [(FIRST, lists - DAY), (lists, cut - DAY), (cut, LAST)]


def test_without_a_calendar_there_is_the_test_week_of_the_settings(run):
    settings = {"label_days": 7}
    bands = facts(without(run, "Features", settings=settings), "data").bands
    assert [(band.first, band.last) for band in bands] == [(FIRST, LAST - 7 * DAY), (LAST - 6 * DAY, LAST)]
    assert facts(without(run, "Features", settings={"label_days": 400}), "data").bands == ()


def test_columns_are_those_of_the_statistics_in_the_order_of_the_csv(run):
    number, text = facts(run, "data").columns
    assert (number.name, number.low, number.median, number.high, number.mean) == ("product_type_no", 1, 2, 9, 3.5)
    assert number.buckets == ((1, 5, 4), (5, 9, 1))
    assert (text.name, text.missing, text.distinct) == ("colour_group_name", 1, 2)
    assert text.top == ((HOSTILE, 3), ("Black", 1))


def test_anomalies_have_table_column_and_severity(run):
    (anomaly,) = facts(run, "data").anomalies
    assert (anomaly.where, anomaly.what, anomaly.is_error) == ("transactions.price", HOSTILE, True)


def test_a_run_that_ended_early_has_no_statistics_and_no_anomalies(run):
    steps = [f"{step}_{table}" for step in ("statistics", "validator") for table in ("articles", "transactions")]
    found = facts(without(run, *steps), "data")
    assert (found.columns, found.anomalies) == (None, None)


def test_figures_have_rankings_slices_and_versions(run):
    found = facts(run, "figures")
    assert found.customers == 3
    titles = ["this model", "this model, new to the customer", "last blessed model", "own purchases", "popular"]
    assert [ranking.title for ranking in found.rankings] == titles
    assert found.rankings[3].metrics["MAP@12"].mean == pytest.approx(1 / 5)
    (part,) = found.slices
    assert (part.feature, part.value, part.customers, part.map_at_12.mean) == ("standing", "new", 1, 0.5)
    assert [(version.number, version.is_this) for version in found.versions] == [("5", False), ("7", True)]
    assert found.versions[0].judged == datetime.date(2020, 9, 9)


def test_the_baseline_model_is_shown_only_if_the_gate_compared_it(run):
    found = facts(without(run, "ModelGate"), "figures")
    assert "last blessed model" not in [ranking.title for ranking in found.rankings]
    assert list(found.differences) == ["the better simple baseline"]


def test_sections_without_artifacts_are_absent_with_a_reason(tmp_path):
    empty = RunArtifacts(outputs={}, serving_dir=tmp_path, record=RunRecord(kind="run", settings={}, error="no space"))
    found = read_facts(empty).sections
    assert found["data"] == Absent("There is nothing to show: ingest did not finish, so no table was read.")
    assert isinstance(found["figures"], Absent)
    assert found["verdict"].outcome == "failed"


def test_a_damaged_artifact_costs_only_its_section(run):
    (run.outputs["Ingest"]["tables"] / "ingest.json").write_text("{")
    found = read_facts(run).sections
    assert found["data"].why.startswith("The artifacts of this section cannot be read: JSONDecodeError")
    assert found["figures"].customers == 3


@pytest.mark.parametrize("text", [None, "{", "[]", '{"kind": "run", "settings": {}, "unknown": 1}'])
def test_a_record_that_cannot_be_read_is_none(tmp_path, text):
    if text is not None:
        (tmp_path / "run.json").write_text(text)
    assert read_run_record(tmp_path) is None


def test_a_record_is_read_as_it_was_written(run, tmp_path):
    record = dataclasses.replace(run.record, failed_step="Push", error="x")
    record.write(tmp_path)
    assert read_run_record(tmp_path) == record


def test_the_funnel_has_the_candidates_of_the_test_week_and_the_recalls_of_the_towers(run, tmp_path):
    weeks = {
        "2020-09-09": {"customers": 1, "candidates": 1.0, "recall": 0.1, "channels": {}},
        "2020-09-16": {
            "customers": 3,
            "candidates": 12.5,
            "recall": 0.75,
            "channels": {"towers": {"found": 0.5, "alone": 0.25}},
        },
    }
    for step, tree in (
        ("Candidates", weeks),
        ("retrieval", {"week-000": {"val_recall_at_100": 0.5, "val_recall_at_12": 0.25}}),
    ):
        (tmp_path / step).mkdir()
        (tmp_path / step / "figures.json").write_text(json.dumps(tree))
    outputs = {
        **run.outputs,
        "Candidates": {"figures": tmp_path / "Candidates"},
        "retrieval": {"model_run": tmp_path / "retrieval"},
    }
    write_description(run.serving_dir / "7", {"index": "scann", "index_recall": 0.97})
    found = facts(dataclasses.replace(run, outputs=outputs), "funnel")
    assert (found.candidates.week, found.candidates.recall) == (datetime.date(2020, 9, 16), 0.75)
    assert [(c.name, c.found, c.alone) for c in found.candidates.channels] == [("towers", 0.5, 0.25)]
    assert found.towers == (("week-000", ((12, 0.25), (100, 0.5))),)
    assert (found.index, found.index_recall) == ("scann", 0.97)
    assert (found.customers, found.ranked.mean, found.new.mean) == (3, 1.0, 0.0)


def test_the_funnel_of_a_refresh_has_no_candidates(run):
    found = facts(run, "funnel")
    assert (found.candidates, found.towers, found.customers) == (None, (), 3)


def write_events(folder, steps, **scalars):
    """Writes scalars as TensorBoard's callback of Keras does."""
    import tensorflow as tf

    with tf.summary.create_file_writer(str(folder)).as_default():
        for step, values in steps:
            for tag, value in zip(scalars, values, strict=True):
                tf.summary.scalar(scalars[tag], value, step=step)


def test_the_training_has_the_losses_and_recalls_of_tensorboard_by_epoch_from_1(run, tmp_path):
    towers, ranking = tmp_path / "towers", tmp_path / "ranking"
    loss, recall = {"a": "epoch_total_loss"}, {"a": "epoch_recall_at_12", "b": "epoch_recall_at_100"}
    write_events(towers / "logs" / "week-000" / "train", [(0, [2.5]), (1, [2.0])], **loss)
    write_events(towers / "logs" / "week-000" / "validation", [(0, [0.25, 0.5]), (1, [0.5, 0.75])], **recall)
    write_events(towers / "logs" / "week-001" / "train", [(0, [1.5])], **loss)
    write_events(ranking / "logs" / "train", [(0, [4.0])], **loss)
    write_events(ranking / "logs" / "validation", [(0, [4.5])], **loss)
    write_events(ranking / "logs" / "refitted" / "train", [(0, [3.5])], **loss)
    outputs = {**run.outputs, "retrieval": {"model_run": towers}, "ranking": {"model_run": ranking}}
    found = facts(dataclasses.replace(run, outputs=outputs), "training")
    first, second = found.towers
    assert (first.name, first.loss, second.loss) == ("week 000", ((1, 2.5), (2, 2.0)), ((1, 1.5),))
    assert first.validation == {"recall at 12": ((1, 0.25), (2, 0.5)), "recall at 100": ((1, 0.5), (2, 0.75))}
    assert [(c.name, c.loss, c.validation_loss) for c in found.ranking] == [
        ("judged network", ((1, 4.0),), ((1, 4.5),)),
        ("refitted network", ((1, 3.5),), ()),
    ]


def test_a_refresh_trains_nothing(run):
    refresh = without(run, kind="refresh")
    assert facts(refresh, "training") == Absent("There are no curves: a refresh trains nothing.")


def test_the_figures_beyond_accuracy_are_those_of_insights(run):
    found = facts(run, "reach")
    assert (found.customers, found.articles, found.on_sale, found.window_days) == (1, 3, 2, 28)
    assert [ranking.title for ranking in found.rankings] == ["this model", "popular", "bought in the test week"]
    model, _, bought = found.rankings
    assert (model.is_model, model.coverage_on_sale, model.novelty_bits, model.by_decile[10]) == (True, 0.75, 4.5, 0.5)
    assert (bought.is_model, bought.diversity, bought.product_types) == (False, None, None)


def test_importance_has_the_mean_and_the_range_of_the_repeats(run):
    found = facts(run, "importance")
    assert found.intact == {"MAP@12": 0.5, "NDCG@12": 0.75}
    (drop,) = found.features
    assert (drop.name, drop.drops["NDCG@12"]) == ("own_strength", Interval(0.25, 0.125, 0.375))
    assert [family.name for family in found.families] == ["pair"]


def test_importance_of_no_customer_with_a_past_is_absent(run):
    (run.outputs["Insights"]["insights"] / "importance.json").write_text('{"lists": 0}')
    assert "no customer of the test week has a past" in facts(run, "importance").why


@pytest.fixture
def with_photos(run, tmp_path):
    """The run with photos of articles 2 and 3; that of 3 is broken."""
    for name in ("2", "3"):
        path = ShopPhotos(tmp_path / "data").folder / name[:3] / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"broken")
    Image.new("RGB", (240, 320), "red").save(ShopPhotos(tmp_path / "data").find("2"), "JPEG")
    return dataclasses.replace(run, photos=ShopPhotos(tmp_path / "data"))


def test_cases_and_map_share_the_photo_of_an_article(with_photos):
    found = read_facts(with_photos)
    (case,) = found.sections["cases"].cases
    assert [each.article.photo for each in case.last] == [None]
    assert [each.article.photo for each in case.recommended] == ["photo-0"]
    assert [article.photo for article in case.bought] == ["photo-0"]
    assert [point.article.photo for point in found.sections["map"].points] == ["photo-0", None]
    assert list(found.photos) == ["photo-0"]
    assert Image.open(io.BytesIO(found.photos["photo-0"])).size == (120, 160)


def test_neighbours_are_read_by_kind_with_their_photos(with_photos):
    (found,) = read_facts(with_photos).sections["neighbours"].articles
    assert found.article.article_id == "1"
    assert {kind: [near.article_id for near in nearest] for kind, nearest in found.nearest.items()} == {
        "picture": ["2"],
        "text": ["3", "2"],
    }
    assert [near.photo for near in found.nearest["text"]] == [None, "photo-0"]


def test_photos_that_have_no_room_are_left_out(with_photos, monkeypatch):
    monkeypatch.setattr(album, "MAX_BYTES", 10)
    found = read_facts(with_photos)
    assert found.photos == {}
    assert [point.article.photo for point in found.sections["map"].points] == [None, None]


def test_without_a_data_folder_there_are_no_photos_and_all_sections(run):
    found = read_facts(run)
    assert found.photos == {}
    assert found.sections["cases"].cases[0].recommended[0].reasons == ("bought together with Hazel top by 4 customers",)
    assert photos_of(None, {}) is None
    assert photos_of("/no/such/folder", {}) is None


@pytest.mark.parametrize("name", ["reach", "importance", "cases", "neighbours", "map"])
def test_what_insights_did_not_write_is_absent_with_the_reason(run, name):
    assert "the run ended before step Insights" in facts(without(run, "Insights"), name).why
    for file in run.outputs["Insights"]["insights"].iterdir():
        file.unlink()
    assert "step Insights failed" in facts(run, name).why


def test_steps_and_lineage_are_those_of_the_record_and_of_the_version(run):
    write_description(run.serving_dir / "7", {"weights_digest": "d19e57", "run_key": "4e7"})
    found = facts(run, "steps")
    assert [(step.name, step.cached, step.seconds) for step in found.steps] == [
        ("Ingest", True, 0.1),
        ("Push", False, 1),
    ]
    assert (found.fingerprint, found.weights_digest, found.run_key) == ("f1a9", "d19e57", "4e7")
    assert found.settings == {"seed": "0", "ranking.epochs": "5"}
    assert (found.trained_until, found.as_of) == (datetime.date(2020, 9, 16), datetime.date(2020, 9, 23))


def test_the_model_card_names_data_figures_and_the_columns_of_customers(run):
    found = facts(run, "card")
    assert (found.version, found.data.transactions, found.judged) == ("7", 2, 3)
    assert found.metrics["MAP@12"].mean == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert "age" in found.read_columns
    assert found.unread_columns == ("FN", "Active", "postal_code")
    assert isinstance(facts(without(run, "Ingest"), "card"), Absent)
