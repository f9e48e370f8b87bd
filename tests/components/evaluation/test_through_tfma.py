"""The Evaluator's figures of two models equal those of `models.metrics` on the same customers, slice by slice."""

import numpy as np
import pyarrow as pa
import pytest

from components.evaluation.metric import metric_names
from components.evaluation.report import read_evaluation
from models.metrics import METRICS, per_customer
from pipeline.beam_config import BeamConfig, beam_args
from tests.components.evaluation.conftest import draw_rankings

CUSTOMERS = [f"c{i}" for i in range(50)]
AGES = ["below 25", "25 to 34", "unknown"]
RECOMMENDED, OWN, POPULAR, NEW = range(4)


def examples(customers=CUSTOMERS):
    draw = np.random.default_rng(11)
    count = len(customers)
    return pa.table(
        {
            "customer_id": customers,
            "purchased": pa.array(
                [sorted({f"a{draw.integers(30):02d}" for _ in range(1 + i % 5)}) for i in range(count)],
                pa.list_(pa.string()),
            ),
            "age_group": [AGES[i % 3] for i in range(count)],
            "club_member_status": [["ACTIVE", "unknown"][i % 2] for i in range(count)],
            "activity": ["many"] * count,
            "standing": [["new", "returning"][min(i, 1)] for i in range(count)],
        },
        schema=pa.schema(
            [
                ("customer_id", pa.string()),
                ("purchased", pa.list_(pa.string())),
                *((name, pa.string()) for name in ("age_group", "club_member_status", "activity", "standing")),
            ]
        ),
    )


@pytest.fixture(scope="module")
def candidate():
    return draw_rankings(CUSTOMERS, seed=1)


@pytest.fixture(scope="module")
def baseline():
    return draw_rankings(CUSTOMERS, seed=2)


@pytest.fixture(scope="module")
def judged(evaluate, candidate, baseline):
    return evaluate(examples(), candidate, baseline)


@pytest.fixture(scope="module")
def evaluation(judged):
    return read_evaluation(judged)


def chosen(slice_name):
    """Positions of the customers of a slice."""
    if slice_name == "all":
        return list(range(len(CUSTOMERS)))
    column, value = slice_name.split("=")
    return [i for i, found in enumerate(examples()[column].to_pylist()) if found == value]


def expected(rankings, kind, slice_name="all"):
    """Each metric by customer of the slice, by `models.metrics`."""
    bought = examples()["purchased"].to_pylist()
    rows = chosen(slice_name)
    return per_customer([rankings[CUSTOMERS[i]][kind] for i in rows], [bought[i] for i in rows])


def test_the_slices_are_all_customers_and_each_group_of_them(evaluation):
    assert set(evaluation.slices) == {
        "all",
        *(f"age_group={age}" for age in AGES),
        "club_member_status=ACTIVE",
        "club_member_status=unknown",
        "activity=many",
        "standing=new",
        "standing=returning",
    }


def test_every_slice_has_every_figure_and_its_own_customers(evaluation):
    for name, figures in evaluation.slices.items():
        assert set(figures) == set(metric_names())
        assert figures["customers"] == len(chosen(name))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("suffix", "kind"), [("", RECOMMENDED), ("/own_purchases", OWN), ("/popular", POPULAR), ("/new_to_customer", NEW)]
)
def test_the_figures_of_the_candidate_are_those_of_its_rankings(evaluation, candidate, metric, suffix, kind):
    for name, figures in evaluation.slices.items():
        assert figures[metric + suffix] == pytest.approx(expected(candidate, kind, name)[metric].mean()), name


@pytest.mark.parametrize("metric", METRICS)
def test_the_last_blessed_figures_are_those_of_the_ranking_recommended_by_the_baseline(evaluation, baseline, metric):
    for name, figures in evaluation.slices.items():
        assert figures[f"{metric}/last_blessed"] == pytest.approx(expected(baseline, RECOMMENDED, name)[metric].mean())


def test_differences_are_paired_by_customer(evaluation, candidate, baseline):
    ours = expected(candidate, RECOMMENDED)["map_at_12"]
    simple = max((expected(candidate, kind)["map_at_12"] for kind in (OWN, POPULAR)), key=np.mean)
    last = expected(baseline, RECOMMENDED)["map_at_12"]
    for gate, theirs in (("difference_best_simple", simple), ("difference_last_blessed", last)):
        difference = ours - theirs
        half = 1.96 * difference.std(ddof=1) / np.sqrt(len(difference))
        assert evaluation.overall[f"{gate}/mean"] == pytest.approx(difference.mean())
        assert evaluation.overall[f"{gate}/low"] == pytest.approx(difference.mean() - half)
        assert evaluation.overall[f"{gate}/high"] == pytest.approx(difference.mean() + half)


def test_without_customers_all_figures_are_present(evaluate, candidate, baseline):
    overall = read_evaluation(evaluate(examples(CUSTOMERS[:0]), candidate, baseline)).overall
    assert overall["customers"] == 0
    assert set(overall) == set(metric_names())


@pytest.mark.proof
def test_two_processes_of_beam_give_the_figures_of_one(evaluate, evaluation, candidate, baseline):
    ours = read_evaluation(evaluate(examples(), candidate, baseline, beam_args(BeamConfig(workers=2))))
    assert set(ours.slices) == set(evaluation.slices)
    for name, figures in evaluation.slices.items():
        assert ours.slices[name] == pytest.approx(figures, rel=1e-9, nan_ok=True), name
