"""A run of the compiled pipeline gives the same results as the local runner with the same seed."""

import dataclasses
import json
import pathlib

import pyarrow.parquet as pq
import pytest

from components.evaluation.report import read_evaluation
from components.examples import read_examples
from kubeflow.spec import task_name
from models.metrics import METRICS
from tests.e2e.shop import STEPS, Done, Shop, lookbook, serving, set_options, synthesize

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3600)]
MAX_DIFFERENCE = 0.002


@dataclasses.dataclass(frozen=True)
class Ran:
    """The folders of a local and a compiled run, and the output of the latter."""

    local: Shop
    compiled: Shop
    done: Done

    def folders(self, node_id: str, output: str) -> tuple[pathlib.Path, pathlib.Path]:
        (ours,) = (self.local.out / "pipeline" / node_id / output).iterdir()
        (theirs,) = (self.compiled.out / "buckets").glob(f"minio/*/*/*/lookbook/*/{task_name(node_id)}/{output}")
        return ours, theirs


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    root = tmp_path_factory.mktemp("both")
    synthesize(root / "shop")
    local, compiled = Shop(root / "shop", root / "local"), Shop(root / "shop", root / "compiled")
    done = local.run()
    assert done.code == 0, done.err
    done = lookbook("compile", "--preset", "kubeflow-cpu", *set_options(), "--to", str(root / "pipeline.yaml"))
    assert done.code == 0, done.err
    done = lookbook(
        "run-compiled", str(root / "pipeline.yaml"), "--data", str(compiled.data), "--out", str(compiled.out)
    )
    assert done.code == 0, done.err
    return Ran(local, compiled, done)


def test_every_task_ran(ran):
    lines = [line for line in ran.done.err.splitlines() if line.startswith("[")]
    assert len(lines) == STEPS
    assert len(list((ran.compiled.out / "tasks").glob("*/log.txt"))) == STEPS
    assert f"tasks       {STEPS} of the pipeline lookbook done" in ran.done.out


@pytest.mark.parametrize(
    ("output", "splits"), [("examples", ["articles", "customers", "purchases"]), ("judged", ["eval"])]
)
def test_the_examples_are_equal(ran, output, splits):
    ours, theirs = ran.folders("Features", output)
    for split in splits:
        one, other = (read_examples(folder / f"Split-{split}").to_pylist() for folder in (ours, theirs))
        assert one
        assert one == other


def test_the_states_are_equal_to_the_byte(ran):
    ours, theirs = ran.folders("Features", "states")
    files = sorted(path.relative_to(ours) for path in ours.rglob("*.parquet"))
    assert len(files) > 30
    assert [file for file in files if (ours / file).read_bytes() != (theirs / file).read_bytes()] == []


def test_the_candidate_lists_are_equal(ran):
    ours, theirs = ran.folders("Candidates", "lists")
    one, other = (read_examples(folder / "Split-train").to_pylist() for folder in (ours, theirs))
    assert len(one) > 100
    assert one == other


def test_metrics_and_verdicts_are_the_same(ran):
    ours, theirs = ran.folders("Evaluator", "evaluation")
    one, other = (read_evaluation(folder).overall for folder in (ours, theirs))
    names = [*METRICS, *(f"{metric}/{ranking}" for metric in METRICS for ranking in ("own_purchases", "popular"))]
    assert one["customers"] == other["customers"]
    assert {name: other[name] for name in names} == pytest.approx(
        {name: one[name] for name in names}, abs=MAX_DIFFERENCE
    )
    for node_id, blessed in (("ModelGate", "BLESSED"), ("InfraGate", "INFRA_BLESSED")):
        for folder in ran.folders(node_id, "blessing"):
            assert (folder / blessed).exists()
    verdicts = [json.loads((f / "verdict.json").read_text()) for f in ran.folders("DataGate", "verdict")]
    assert verdicts[0] == verdicts[1]


def test_the_pushed_model_serves(ran, capsys):
    (version,) = ran.compiled.versions
    assert f"pushed      {version}" in ran.done.out
    customer = min(ran.compiled.ids("customers", "customer_id"))
    with serving(ran.compiled.out) as port:
        answer = lookbook("query", customer, "--port", port)
    assert answer.code == 0, answer.err
    catalogue = ran.compiled.ids("articles", "article_id")
    assert sum(any(article in line for article in catalogue) for line in answer.out.splitlines()) == 12


def test_the_compared_tables_are_not_empty(ran):
    ours, _ = ran.folders("Features", "states")
    assert pq.read_table(ours / "customers.parquet").num_rows == 400


def test_a_compiled_refresh_runs_on_the_pushed_version(ran, tmp_path):
    """Both runs use the same volume, so the last blessed weights are those of the first run."""
    path = tmp_path / "refresh.yaml"
    compiled = lookbook(
        "compile", "--preset", "kubeflow-cpu", "--pipeline", "refresh", *set_options(), "--to", str(path)
    )
    assert compiled.code == 0, compiled.err
    before = ran.compiled.versions
    done = lookbook("run-compiled", str(path), "--data", str(ran.compiled.data), "--out", str(ran.compiled.out))
    assert done.code == 0, done.err
    *old, new = ran.compiled.versions
    assert old == before
    figures = [json.loads((version / "assets.extra" / "lookbook.json").read_text()) for version in (before[-1], new)]
    assert figures[0]["weights_digest"] == figures[1]["weights_digest"]
    assert figures[1]["run_key"] == "refresh of 1"
    assert figures[1]["blessed_map_at_12"] == figures[0]["evaluation"]["map_at_12"]
