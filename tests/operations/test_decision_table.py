"""The table of a week holds every candidate with label, score, partial outputs, channel ranks and features."""

import itertools
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from models.ranking.config import REFITTED
from models.recommender import features
from models.recommender.channels import CHANNELS
from models.retrieval.snapshot import snapshot_name
from operations.decision_table import find_trained, write_table
from tests.tiny_shop import CUSTOMERS
from tests.tiny_training import RECOMMENDER
from transforms.calendar import date_of
from transforms.errors import ConfigError, DataError


@pytest.fixture(scope="module")
def test_week(out, tiny, tmp_path_factory, builder):
    write_table(find_trained(out), RECOMMENDER, None, (folder := tmp_path_factory.mktemp("table")))
    return pq.read_table(folder)


def recommender_of(builder, trained, day, week, network="."):
    return builder.build(day, trained / "towers" / snapshot_name(week), trained / "weights" / "ranking" / network)


def assert_close(found, wanted):
    """Compares float32 of a batch of customers with those of one, which differ in the order of their sums.

    The differences measured are below 1e-6, also of values near 0.
    """
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=2e-6)


def test_the_columns_are_ids_time_rank_score_label_partial_outputs_channels_features_and_the_week(test_week):
    names = test_week.column_names
    assert names[:6] == ["customer_id", "article_id", "event_timestamp", "rank", "score", "label"]
    kinds = [name.split("_")[0] for name in names[6:]]
    assert list(dict.fromkeys(kinds)) == ["partial", "channel", "feature", "week"]
    channels = [f"channel_{name}" for name, size in dict(RECOMMENDER.channels).items() if size]
    assert sorted(name for name in names if name.startswith("channel_")) == sorted(channels)
    assert [name for name in names if name.startswith("feature_")] == [f"feature_{name}" for name in features.NAMES]
    assert names[-1] == "week_id"


def test_the_schema_file_describes_each_column_in_its_order(out, tiny, tmp_path):
    file = write_table(find_trained(out), RECOMMENDER, None, tmp_path)
    assert file == tmp_path / f"week_id={date_of(tiny.calendar.cut)}" / "part-0.parquet"
    schema = json.loads((tmp_path / "_schema.json").read_text())
    assert (schema["keys"], schema["partitions"]) == (["customer_id", "week_id", "article_id"], ["week_id"])
    week, *described = schema["columns"]
    assert week["name"] == "week_id"
    assert [(row["name"], row["type"]) for row in described] == [
        (field.name, str(field.type)) for field in pq.read_schema(file)
    ]
    assert all(row["description"] for row in described)


def test_partial_outputs_are_in_the_units_of_their_models(test_week):
    """The features of need and outlook are logarithms of the same values, where 0 stands for an unknown outlook."""
    rows = test_week.to_pandas()
    np.testing.assert_allclose(np.log(rows.partial_need_product_type + 1e-4), rows.feature_need, atol=1e-5)
    units = rows.partial_expected_units.fillna(0.0)
    np.testing.assert_allclose(np.log1p(units), rows.feature_outlook_expected_units, atol=1e-5)
    assert rows.partial_sold_probability.dropna().between(0, 1).all()
    for name, feature in (("style_picture", "picture_style"), ("style_text", "text_style"), ("towers", "tower_score")):
        assert (rows[f"partial_{name}"] == rows[f"feature_{feature}"]).all()


def test_weeks_are_partitions_of_one_table_in_which_each_row_has_the_begin_of_its_week(out, tiny, tmp_path):
    for day in (tiny.calendar.list_days[0], tiny.calendar.cut, tiny.calendar.cut):
        write_table(find_trained(out), RECOMMENDER, date_of(day), tmp_path)
    rows = pq.read_table(tmp_path).to_pandas()
    assert set(rows.week_id) == {date_of(tiny.calendar.list_days[0]), date_of(tiny.calendar.cut)}
    assert (rows.event_timestamp.dt.strftime("%Y-%m-%d") == rows.week_id.astype(str)).all()
    assert not rows.duplicated(["customer_id", "week_id", "article_id"]).any()


def test_the_rows_are_the_candidates_of_the_weeks_buyers_in_order_of_score(test_week, tiny, trained, builder):
    labels = pq.read_table(tiny.states / "labels" / f"{date_of(tiny.calendar.cut)}.parquet").to_pylist()
    recommender = recommender_of(builder, trained, tiny.calendar.cut, len(tiny.calendar.list_days))
    article_ids = [name.decode() for name in recommender.state.article_ids.numpy()]
    assert set(test_week["week_id"].to_pylist()) == {date_of(tiny.calendar.cut)}
    table = test_week.to_pylist()
    for customer in sorted({row["customer_row"] for row in labels}):
        query = recommender.query(tf.constant([customer]))
        rows = recommender.candidates(query).article_rows
        scores = recommender.scores(query, rows).numpy()[0]
        real = rows.numpy()[0] < recommender.state.num_articles
        bought = {row["article_row"] for row in labels if row["customer_row"] == customer}
        found = [row for row in table if row["customer_id"] == f"c{customer:03d}"]
        assert [row["article_id"] for row in found] == [article_ids[row] for row in rows.numpy()[0][real]]
        assert_close([row["score"] for row in found], scores[real])
        assert [row["label"] for row in found] == [int(row in bought) for row in rows.numpy()[0][real]]
        by_rank = sorted(found, key=lambda row: row["rank"])
        assert [row["rank"] for row in by_rank] == list(range(len(found)))
        assert all(a["score"] >= b["score"] for a, b in itertools.pairwise(by_rank))


def test_a_channels_rank_is_the_position_in_its_proposals(test_week, tiny, trained, builder):
    recommender = recommender_of(builder, trained, tiny.calendar.cut, len(tiny.calendar.list_days))
    ids = [name.decode() for name in recommender.state.article_ids.numpy()]
    size = RECOMMENDER.channels.own_purchases
    by_customer = itertools.groupby(test_week.to_pylist(), key=lambda row: row["customer_id"])
    for customer, rows in itertools.islice(by_customer, 10):
        query = recommender.query(tf.constant([int(customer[1:])]))
        proposed = [ids[i] for i in CHANNELS["own_purchases"](query, size, None)[0].numpy()[0][:size]]
        for row in rows:
            expected = proposed.index(row["article_id"]) if row["article_id"] in proposed else None
            assert row["channel_own_purchases"] == expected


def test_a_list_week_has_its_own_state_and_towers(out, tiny, trained, tmp_path, builder):
    day = tiny.calendar.list_days[1]
    table = pq.read_table(write_table(find_trained(out), RECOMMENDER, date_of(day), tmp_path))
    first = table.slice(0, 1).to_pylist()[0]
    recommender = recommender_of(builder, trained, day, 1)
    query = recommender.query(tf.constant([int(first["customer_id"][1:])]))
    values = recommender.features(query, recommender.candidates(query).article_rows).numpy()[0, 0]
    assert_close([first[f"feature_{name}"] for name in features.NAMES], values)


def test_the_week_after_the_data_has_all_customers_no_labels_and_the_refitted_network(
    out, tiny, trained, tmp_path, builder
):
    table = pq.read_table(write_table(find_trained(out), RECOMMENDER, date_of(tiny.calendar.end), tmp_path))
    assert len(set(table["customer_id"].to_pylist())) == CUSTOMERS
    assert table["label"].null_count == table.num_rows
    recommender = recommender_of(builder, trained, tiny.calendar.end, len(tiny.calendar.list_days), REFITTED)
    query = recommender.query(tf.constant([0]))
    scores = recommender.scores(query, recommender.candidates(query).article_rows).numpy()[0]
    found = [row["score"] for row in table.to_pylist() if row["customer_id"] == "c000"]
    assert_close(found, scores[: len(found)])


def test_another_day_is_refused_and_the_weeks_are_named(out, tiny, tmp_path):
    with pytest.raises(ConfigError, match=rf"{date_of(tiny.calendar.cut)}, .* Received: 2019-01-01"):
        write_table(find_trained(out), RECOMMENDER, "2019-01-01", tmp_path)


def test_a_folder_without_a_training_run_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"must hold a training run\. Received: no output of Candidates"):
        find_trained(tmp_path)
