"""The sizes of channels chosen on the list weeks of a run, compared with sets of plain Python."""

import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from lookbook.cli import main
from models.recommender.candidates import active_channels, find_candidates, find_proposals
from models.retrieval.snapshot import snapshot_name
from operations.channel_sizes import choose_sizes
from operations.decision_table import find_trained
from pipeline.config import SETTINGS_OF_TRAINING, load_config
from pipeline.toml_text import to_toml
from tests.tiny_training import RECOMMENDER
from transforms.calendar import date_of

BUDGET = 14
MANY = 10_000  # more customers than there are, so that none is sampled


@pytest.fixture(scope="module")
def chosen(out):
    return choose_sizes(find_trained(out), RECOMMENDER, BUDGET, MANY)


def bought_in(tiny, day):
    """Returns the articles that each customer bought in the week of `day`, as rows."""
    bought: dict[int, set[int]] = {}
    for row in pq.read_table(tiny.states / "labels" / f"{date_of(day)}.parquet").to_pylist():
        bought.setdefault(row["customer_row"], set()).add(row["article_row"])
    return dict(sorted(bought.items()))


def recommender_of(builder, trained, config, day, week):
    return builder.with_config(config).build(day, trained / "towers" / snapshot_name(week))


def test_the_last_step_has_the_recall_and_the_candidates_of_the_list_weeks(chosen, tiny, trained, builder):
    recalls, counts = [], []
    for week, day in enumerate(tiny.calendar.list_days):
        recommender = recommender_of(builder, trained, chosen.config, day, week)
        bought = bought_in(tiny, day)
        query = recommender.query(tf.constant(list(bought), tf.int32))
        proposed = [rows.numpy() for rows in find_proposals(query, recommender.nearest, chosen.config)]
        for number, articles in enumerate(bought.values()):
            found = set(np.concatenate([rows[number] for rows in proposed]).tolist()) - {recommender.state.num_articles}
            recalls.append(len(found & articles) / len(articles))
            counts.append(len(found))
    assert chosen.rows[-1].recall == pytest.approx(np.mean(recalls))
    assert chosen.rows[-1].candidates == pytest.approx(np.mean(counts))
    assert chosen.rows[-1].candidates <= BUDGET


def test_the_settings_have_the_last_size_of_each_channel_and_the_budget(chosen):
    assert dict(active_channels(chosen.config)) == {row.channel: row.size for row in chosen.rows}
    assert chosen.config.max_candidates == BUDGET
    assert chosen.config.history_length == RECOMMENDER.history_length


def test_the_recall_of_the_test_week_is_that_of_the_merged_candidates(chosen, tiny, trained, builder):
    week, bought = len(tiny.calendar.list_days), bought_in(tiny, tiny.calendar.cut)
    for config, recall in (
        (chosen.config, chosen.recall),
        (RECOMMENDER.replace(max_candidates=BUDGET), chosen.recall_before),
    ):
        recommender = recommender_of(builder, trained, config, tiny.calendar.cut, week)
        query = recommender.query(tf.constant(list(bought), tf.int32))
        rows = find_candidates(query, recommender.nearest, config).article_rows.numpy().tolist()
        shares = [len(set(row) & articles) / len(articles) for row, articles in zip(rows, bought.values(), strict=True)]
        assert recall == pytest.approx(np.mean(shares))


def test_sampled_customers_are_the_same_each_time(out):
    first, second = (choose_sizes(find_trained(out), RECOMMENDER, BUDGET, 10) for _ in range(2))
    assert first == second


def test_the_command_writes_a_preset_and_prints_the_steps(out, chosen, tmp_path, capsys):
    settings = out / SETTINGS_OF_TRAINING
    settings.write_text(to_toml({"recommender": RECOMMENDER.as_tree()}), encoding="utf-8")
    preset = tmp_path / "presets" / "sizes.toml"
    arguments = ["--out", str(out), "--to", str(preset), "--max-candidates", str(BUDGET), "--customers", str(MANY)]
    assert main(["tune", "channels", *arguments]) == 0
    settings.unlink()
    shown = capsys.readouterr().err
    for row in chosen.rows:
        assert f"recall {row.recall:.4f} with {row.candidates:.1f} candidates" in shown
    assert f"{chosen.recall_before:.4f} with the sizes of the run, {chosen.recall:.4f} with the chosen ones" in shown
    found = load_config(str(preset), []).recommender
    assert (found.channels, found.max_candidates) == (chosen.config.channels, BUDGET)
