"""What a run says of itself, read off artifacts made by hand."""

import json

import numpy as np
import pytest

from components.evaluation.metric import figures
from components.evaluation.moments import Moments
from components.evaluation.report import Evaluation
from models.rankings import RANKINGS
from pipeline import summary
from pipeline.config import PipelineConfig
from pipeline.step_callbacks import Step
from pipeline.summary import gap_closed, read_summary


def maps(recommended, own, popular):
    return {
        name: {"map_at_12": value}
        for name, value in (("recommended", recommended), ("own_purchases", own), ("popular", popular))
    }


@pytest.mark.parametrize(
    ("recommended", "own", "popular", "oracle", "closed"),
    [
        (0.2, 0.1, 0.05, 0.3, 0.5),
        (0.2, 0.05, 0.1, 0.3, 0.5),
        (0.3, 0.1, 0.1, 0.3, 1.0),
        (0.05, 0.1, 0.0, 0.3, -0.25),
        (0.2, 0.1, 0.0, None, None),
        (0.2, 0.3, 0.0, 0.3, None),
    ],
    ids=["half", "the better baseline counts", "all", "behind the baseline", "no oracle", "no gap"],
)
def test_the_gap_is_from_the_better_baseline_to_the_oracle(recommended, own, popular, oracle, closed):
    assert gap_closed(maps(recommended, own, popular), oracle) == closed


def moments(*places):
    """Customers who bought x: recommended at a place, own purchases fifth, the last blessed model fourth."""
    counted = Moments()
    for place in places:
        rankings = np.full((len(RANKINGS), 12), "", dtype="<U8")
        rankings[0, place - 1] = rankings[1, 4] = "x"
        rankings[rankings == ""] = "o"
        counted.add(rankings, np.array([*"ooo", "x", *"o" * 8]), ["x"])
    return counted


@pytest.fixture
def steps(tmp_path, monkeypatch):
    """The steps of a run; the Evaluator's figures are those of three customers."""
    found = Evaluation({"all": figures(moments(1, 2, 1)), "standing=new": figures(moments(2))})
    monkeypatch.setattr(summary, "read_evaluation", lambda folder: found)
    monkeypatch.setattr(summary, "oracle_map", lambda data_dir, states: None)

    def step(name, output, cached=False):
        (tmp_path / name).mkdir()
        return Step(name=name, cached=cached, seconds=1.0, outputs={output: tmp_path / name})

    made = [
        step("DataGate", "verdict"),
        step("Features", "states", cached=True),
        step("assemble_baseline", "model"),
        step("assemble_end", "model"),
        step("Evaluator", "evaluation"),
        step("InfraGate", "blessing"),
        step("Push", "pushed_model"),
    ]
    (tmp_path / "DataGate" / "verdict.json").write_text(json.dumps({"warnings": ["few customers"]}))
    describe(tmp_path / "assemble_end", index_recall=0.97)
    describe(tmp_path / "assemble_baseline", recommender="own_purchases")
    (tmp_path / "InfraGate" / "canary.json").write_text(json.dumps({"line": "passed: all well"}))
    return {step.name: step for step in made}


def describe(folder, **description):
    extra = folder / "Format-Serving" / "assets.extra"
    extra.mkdir(parents=True, exist_ok=True)
    (extra / "lookbook.json").write_text(json.dumps(description))


def read(steps, tmp_path):
    return read_summary(steps, PipelineConfig(), data_dir=tmp_path, seconds=5.0)


def test_figures_customers_and_steps(steps, tmp_path):
    told = read(steps, tmp_path)
    assert told.customers == 3
    assert told.data_gate == ["few customers"]
    assert told.figures["recommended"]["map_at_12"] == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert told.figures["own_purchases"]["map_at_12"] == pytest.approx(1 / 5)
    assert told.slices["standing=new"] == {"map_at_12": 0.5, "customers": 1.0}
    assert told.difference["mean"] == pytest.approx((1 + 1 / 2 + 1) / 3 - 1 / 5)
    assert (told.steps, told.cached, told.seconds) == (7, 1, 5.0)
    assert told.index_recall == 0.97
    assert (told.oracle, told.gap_closed) == (None, None)
    assert told.peak_gib > 0


def test_the_gates_lines_and_the_version(steps, tmp_path):
    (tmp_path / "Push" / "version.json").write_text(json.dumps({"version": "/out/serving/lookbook/7"}))
    told = read(steps, tmp_path)
    assert told.version == "/out/serving/lookbook/7"
    assert told.infra_gate == "passed: all well"
    assert told.model_gate.startswith("passed, proven: MAP@12 0.8333, +0.6333")


def test_nothing_pushed_is_no_version(steps, tmp_path):
    assert read(steps, tmp_path).version is None


def test_what_push_refused_is_the_gates_last_word(steps, tmp_path):
    (tmp_path / "Push" / "refused.json").write_text(json.dumps({"line": "refused: a broken week"}))
    assert read(steps, tmp_path).model_gate == "refused: a broken week"


def test_the_last_blessed_model_is_spoken_of_only_where_there_is_one(steps, tmp_path):
    told = read(steps, tmp_path)
    assert "last_blessed" not in told.figures
    assert "last blessed" not in told.model_gate
    describe(tmp_path / "assemble_baseline", weights_digest="d")
    told = read(steps, tmp_path)
    assert told.figures["last_blessed"]["map_at_12"] == pytest.approx(1 / 4)
    assert told.model_gate.endswith("against the last blessed model")


def test_a_refresh_says_what_its_own_gate_said_and_is_held_against_no_last_model(steps, tmp_path):
    blessing = tmp_path / "RefreshGate"
    blessing.mkdir()
    (blessing / "verdict.json").write_text(json.dumps({"passed": True, "line": "passed: MAP@12 as it was"}))
    states = steps["Features"].outputs
    steps = {name: step for name, step in steps.items() if name not in ("Features", "assemble_baseline")}
    steps["CurrentStates"] = Step(name="CurrentStates", cached=False, seconds=1.0, outputs=states)
    steps["RefreshGate"] = Step(name="RefreshGate", cached=False, seconds=1.0, outputs={"blessing": blessing})
    told = read(steps, tmp_path)
    assert told.model_gate == "passed: MAP@12 as it was"
    assert list(told.figures) == list(RANKINGS)
