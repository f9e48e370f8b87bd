"""The worked examples of CONTRIBUTING.md, executed as they are written."""

import json
import os
import re
import subprocess
import sys
import textwrap

import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from components.features.duckdb_engine import DuckDbEngine
from components.features.states import prepare
from models.recommender import config
from models.recommender.channels import CHANNELS
from models.recommender.config import ChannelsConfig
from models.recommender.features import FEATURES, article
from models.recommender.features.pairs import Pairs
from models.recommender.features.registry import Registry
from models.recommender.query import Query
from models.recommender.state import State, load_tables
from pipeline.setting_rows import setting_rows
from tests.source_tree import ROOT, copy_rooms
from transforms.calendar import date_of
from transforms.sql import query_text


@pytest.fixture
def example(read):
    """Returns the code block that is marked with a name."""
    text = read("CONTRIBUTING.md").text

    def find(name: str) -> str:
        (block,) = re.findall(rf"^<!-- example: {name} -->\n```\w+\n(.*?)^```", text, flags=re.M | re.S)
        return block

    return find


@pytest.fixture(scope="module")
def query(tiny):
    state = State(load_tables(tiny.states, tiny.calendar.cut))
    customers = tf.range(state.num_customers)
    return Query(state, customers, tf.zeros([state.num_customers, 4]), history_length=10)


def test_the_example_of_a_feature_computes_the_described_values(example, query, tiny):
    namespace = {**vars(article), "feature": Registry()}
    exec(example("feature"), namespace)
    ((name, function),) = namespace["feature"].functions.items()
    assert name not in FEATURES, "the example must be new"
    rows = tf.tile(tf.range(query.state.num_articles)[None, :], [query.state.num_customers, 1])
    values = function(Pairs(query, rows, tf.zeros([query.state.num_articles + 1, 4]))).numpy()
    table = pq.read_table(tiny.states / date_of(tiny.calendar.cut) / "article_state.parquet")
    expected = np.log1p(table["purchases_previous_7d"].to_numpy().astype(np.float64))
    assert expected.max() > 0
    np.testing.assert_allclose(values, np.tile(expected, (query.state.num_customers, 1)), rtol=1e-6)


def test_the_example_of_a_query_returns_the_new_column(example, tiny, tmp_path):
    text = query_text("article_state")
    sold = "        min(day) as first_day,\n"
    selected = "    cast(coalesce(s.purchases_28d, 0) as integer) as purchases_28d,\n"
    assert text.count(sold) == 1
    assert text.count(selected) == 1
    text = text.replace(sold, example("sold") + sold).replace(selected, example("selected") + selected)
    engine = DuckDbEngine(tmp_path)
    prepare(engine, tiny.tables, tmp_path / "states")
    day = tiny.calendar.cut
    found = engine.query(text.replace("$as_of", str(day))).to_pylist()
    purchases = engine.query("select article_row, day from purchases").to_pylist()
    engine.close()
    for row in found:
        same = [p for p in purchases if p["article_row"] == row["article_row"] and day - 14 <= p["day"] < day]
        assert row["purchases_14d"] == len(same)
    assert any(row["purchases_14d"] for row in found)


def test_the_example_of_a_channel_fulfils_the_contract_of_channels(example, query):
    namespace: dict = {}
    exec(example("channel"), namespace)
    rows, scores = (tensor.numpy() for tensor in namespace["propose"](query, 20, None))
    real = rows < query.state.num_articles
    assert real.any()
    assert (scores[real] > 0).all()
    assert (np.diff(scores, axis=1) <= 0).all(), "best first"
    for customer, kept in zip(rows, real, strict=True):
        assert len(set(customer[kept])) == kept.sum(), "distinct"


def test_the_example_of_a_channels_line_and_setting_fit_the_existing_ones(example):
    module = type("basket", (), {"propose": "the function"})
    line = eval("{" + example("channel line") + "}", {"basket": module})
    assert line == {"basket": "the function"}
    assert not set(line) & set(CHANNELS), "the example must be new"
    namespace: dict = {}
    body = textwrap.indent(textwrap.dedent(example("channel setting")), "    ")
    exec("class More(ChannelsConfig):\n" + body, {**vars(config)}, namespace)
    (name,) = namespace["More"].model_fields.keys() - ChannelsConfig.model_fields.keys()
    assert {name} == line.keys()
    (row,) = setting_rows(namespace["More"](), name)
    assert (row.value, row.rule) == ("20", "a whole number from 0 to 1,000")
    assert row.description


@pytest.fixture
def with_gate(example, tmp_path):
    """A copy of the rooms with the example of a gate: its folder, its line in the pipeline, its row in the table."""

    def in_list(name, indent):
        return f"{' ' * indent}{example(name).strip()},\n"

    copy = tmp_path / "project"
    copy_rooms(copy)
    folder = copy / "components" / "gates" / "size"
    assert not folder.exists(), "the example must be new"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "executor.py").write_text(example("gate rule"))
    (folder / "component.py").write_text(example("gate component"))
    insert(copy / "pipeline" / "shared_steps.py", before="        DataGate(", new=in_list("gate line", 8))
    imported = "from components.gates.size.component import SizeGate, SizeGateSettings\n"
    insert(copy / "pipeline" / "shared_steps.py", before="from components.ingest.component", new=imported)
    insert(copy / "components" / "gates" / "table.py", before='    Gate("ModelGate"', new=in_list("gate row", 4))
    return copy


def insert(path, before, new):
    text = path.read_text()
    assert text.count(before) == 1, before
    path.write_text(text.replace(before, new + before))


def test_the_example_of_a_gate_is_in_both_pipelines_and_stops_small_data(with_gate, tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "docs" / "example_gate.py"), str(tmp_path)],
        cwd=with_gate,
        env={**os.environ, "PYTHONPATH": str(with_gate)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    printed = json.loads(done.stdout.splitlines()[-1])
    for pipeline, first in (("lookbook", "Features"), ("lookbook-refresh", "CurrentStates")):
        assert "SizeGate" in printed["waits"][pipeline][first]
    assert printed["passed"] == {
        "passed": True,
        "line": "passed: 1000 transactions",
        "proven": False,
        "figures": {"transactions": 1000},
        "warnings": [],
    }
    assert printed["stopped"] == "size gate: there must be at least 1000 transactions. Received: 999; give more"
    drift = ["DriftGate", "RankingDriftGate"]
    assert printed["table"] == ["FreshnessGate", "DataGate", *drift, "SizeGate", "ModelGate", "InfraGate"]
