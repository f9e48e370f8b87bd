"""The summary of a run, read from hand-made artifacts."""

import json

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from components.evaluation.metric import figures
from components.evaluation.moments import Moments
from components.evaluation.report import Evaluation
from components.gates.verdict import Verdict
from components.model_files import write_description
from models.rankings import RANKINGS
from pipeline import summary
from pipeline.step_callbacks import Step
from pipeline.summary import gap_closed, read_summary
from transforms.parquet import pq
from transforms.photos.config import PhotosConfig


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
    """Moments of customers who bought x: at `places` of ours, at 5 of own purchases, at 4 of the last blessed."""
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
        step("Ingest", "tables"),
        step("FreshnessGate", "verdict"),
        step("DataGate", "verdict"),
        step("Features", "states", cached=True),
        step("assemble_end", "model"),
        step("Evaluator", "evaluation"),
        step("ModelGate", "blessing"),
        step("InfraGate", "blessing"),
        step("Push", "pushed_model"),
    ]
    for name, verdict in (
        ("FreshnessGate", Verdict(passed=True, line="passed: fresh")),
        ("DataGate", Verdict(passed=True, line="passed with 1 warning", warnings=("few customers",))),
        ("ModelGate", Verdict(passed=True, line="passed, proven: well", proven=True)),
        ("InfraGate", Verdict(passed=True, line="passed: all well")),
    ):
        verdict.write(tmp_path / name)
    pq.write_table(pa.table({"article_id": ["0100000001", "0200000002"]}), tmp_path / "Ingest" / "articles.parquet")
    write_description(tmp_path / "assemble_end" / "Format-Serving", {"index_recall": 0.97})
    return {step.name: step for step in made}


def read(steps, tmp_path):
    return read_summary(steps, data_dir=tmp_path, photos=PhotosConfig(), seconds=5.0)


def test_the_summary_has_figures_customers_and_steps(steps, tmp_path):
    result = read(steps, tmp_path)
    assert result.customers == 3
    assert result.figures["recommended"]["map_at_12"] == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert result.figures["own_purchases"]["map_at_12"] == pytest.approx(1 / 5)
    assert result.slices["standing=new"] == {"map_at_12": 0.5, "customers": 1.0}
    assert result.difference["mean"] == pytest.approx((1 + 1 / 2 + 1) / 3 - 1 / 5)
    assert (result.steps, result.cached, result.seconds) == (9, 1, 5.0)
    assert result.index_recall == 0.97
    assert (result.oracle, result.gap_closed) == (None, None)
    assert result.peak_gib > 0


def test_the_summary_has_the_verdicts_and_the_pushed_version(steps, tmp_path):
    (tmp_path / "Push" / "version.json").write_text(json.dumps({"version": "/out/serving/lookbook/7"}))
    result = read(steps, tmp_path)
    assert result.version == "/out/serving/lookbook/7"
    assert list(result.gates) == ["FreshnessGate", "DataGate", "ModelGate", "InfraGate"]
    assert result.gates["ModelGate"] == Verdict(passed=True, line="passed, proven: well", proven=True)
    assert (result.model_gate, result.infra_gate) == ("passed, proven: well", "passed: all well")
    assert result.data_gate == ["few customers"]


def test_without_a_push_there_is_no_version(steps, tmp_path):
    assert read(steps, tmp_path).version is None


def test_the_last_blessed_model_has_figures_only_if_the_model_gate_compared_it(steps, tmp_path):
    assert "last_blessed" not in read(steps, tmp_path).figures
    Verdict(passed=True, line="passed", figures={"difference_last_blessed/mean": 0.1}).write(tmp_path / "ModelGate")
    assert read(steps, tmp_path).figures["last_blessed"]["map_at_12"] == pytest.approx(1 / 4)


def test_a_refresh_has_current_states_instead_of_features(steps, tmp_path):
    states = steps.pop("Features").outputs
    steps["CurrentStates"] = Step(name="CurrentStates", cached=False, seconds=1.0, outputs=states)
    assert list(read(steps, tmp_path).figures) == list(RANKINGS)


def test_the_summary_has_the_numbers_of_photos(steps, tmp_path):
    (tmp_path / "images" / "010").mkdir(parents=True)
    Image.new("RGB", (3, 4)).save(tmp_path / "images" / "010" / "0100000001.jpg")
    result = read(steps, tmp_path)
    assert result.photos.line == "1 found, 1 missing, 0 broken"
    assert result.data_dir == str(tmp_path)
