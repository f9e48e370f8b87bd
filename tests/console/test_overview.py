"""The overview: gates, figures of two versions, load of the server, age of the state."""

import json

import pytest
from starlette.testclient import TestClient

from console.app import Console, create_app
from console.compared_figures import compared_figures
from console.customer_sample import CustomerSample
from console.gates import read_verdicts
from console.models import Answer, Models
from console.server_metrics import ServerMetrics
from console.shop import Shop
from console.versions import Versions
from pages.interval import Interval
from pipeline.versions import list_versions
from serving.client import VersionStatus
from tests.console.hostile_shop import SCRIPT
from tests.fake_version import write_version

METRICS = """\
lookbook_serving_requests_total{method="Predict",model="lookbook",version="5",code="OK"} 95
lookbook_serving_requests_total{method="Predict",model="lookbook",version="5",code="INTERNAL"} 5
lookbook_serving_latency_seconds_bucket{method="Predict",model="lookbook",version="5",le="0.01"} 50
lookbook_serving_latency_seconds_bucket{method="Predict",model="lookbook",version="5",le="0.02"} 100
lookbook_serving_latency_seconds_bucket{method="Predict",model="lookbook",version="5",le="+Inf"} 100
"""


@pytest.fixture
def out(tmp_path):
    for number, value in ((5, 0.1), (7, 0.2)):
        evaluation = {"map_at_12": value, "map_at_12/low": value - 0.05, "map_at_12/high": value + 0.05}
        difference = {f"difference_best_simple/{bound}": value / 10 for bound in ("mean", "low", "high")}
        write_version(
            tmp_path / "serving" / "lookbook" / str(number), as_of="2020-09-23", evaluation={**evaluation, **difference}
        )
    gates = {
        "DataGate": {"passed": True, "line": f"passed {SCRIPT}", "warnings": ["look at prices"]},
        "ModelGate": {"passed": False, "line": "refused: no better"},
    }
    (tmp_path / "summary.json").write_text(json.dumps({"gates": gates, "version": None}))
    return tmp_path


def page(out) -> str:
    models = Models(lambda: None, waiting=lambda: "It is starting.", remedy="")
    metrics = ServerMetrics(lambda: "host:1", waiting=str, read=lambda _: METRICS)
    versions = Versions(lambda: list_versions(out))
    console = Console(
        out=out,
        shop=Shop(out),
        photos=None,
        models=models,
        metrics=metrics,
        versions=versions,
        sample=CustomerSample(models),
    )
    return TestClient(create_app(console), base_url="http://localhost").get("/").text


def test_figures_of_the_served_version_are_beside_those_of_the_previous(out):
    newest, oldest = list_versions(out)[::-1]
    rows = {row.title: (row.now, row.before) for row in compared_figures(newest, oldest)}
    assert rows["MAP@12"] == (Interval(0.2, 0.2 - 0.05, 0.25), Interval(0.1, 0.05, 0.1 + 0.05))
    assert rows["MAP@12 above the best simple baseline"] == (Interval(0.02, 0.02, 0.02), Interval(0.01, 0.01, 0.01))
    assert "NDCG@12" not in rows
    assert "0.0500 to 0.1500" in page(out)


def test_gates_of_the_newest_run_are_shown_with_refusals_and_warnings(out):
    shown = page(out)
    assert "which pushed nothing" in shown
    assert "Model gate" in shown
    assert "refused: no better" in shown
    assert "look at prices" in shown
    assert SCRIPT not in shown


def test_a_run_that_pushed_names_its_version(out):
    (out / "summary.json").write_text(json.dumps({"gates": {}, "version": "/a/serving/lookbook/7"}))
    assert read_verdicts(out).version == 7
    assert "which pushed the served version" in page(out)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"gates": {"DataGate": 1}}', '{"gates": []}'])
def test_a_summary_of_another_kind_has_no_verdicts(tmp_path, text):
    (tmp_path / "summary.json").write_text(text)
    assert read_verdicts(tmp_path) is None


def test_the_age_of_the_state_is_counted_in_days(out):
    assert "days ago" in page(out)


def test_the_load_is_hidden_while_the_server_does_not_answer(out):
    assert "since the start of the server" not in page(out)


class AnsweringModels(Models):
    """A server that has one version."""

    def __init__(self):
        super().__init__(lambda: "host:2", waiting=str, remedy="")

    def ask(self, question, version=None):
        return Answer([VersionStatus(7, "AVAILABLE", "OK", "")])


def test_the_load_of_the_server_is_shown(console):
    metrics = ServerMetrics(lambda: "host:1", waiting=str, read=lambda _: METRICS)
    app = create_app(Console(**{**vars(console), "metrics": metrics, "models": AnsweringModels()}))
    shown = TestClient(app, base_url="http://localhost").get("/").text
    assert "since the start of the server" in shown
    assert "INTERNAL 5" in shown
    assert "<dd>10.0 ms</dd>" in shown  # the median lies at the bound of the first bucket
    assert "<dd>5.0 %</dd>" in shown
