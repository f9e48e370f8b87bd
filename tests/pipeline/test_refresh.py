"""The wiring of a refresh: the checked tables, the last blessed weights with states of two days, and the gates."""

import json

import pytest

from pipeline.config import load_config
from pipeline.refresh import create_refresh_pipeline
from tests.pipeline.wiring import READ_BY_PUSH, nodes_of, read_by, settings, wire
from transforms.columns import TABLES


@pytest.fixture(scope="module")
def nodes():
    config = load_config(None, ["evaluation.margin=0.03"])
    pipeline = wire(create_refresh_pipeline, config)
    assert pipeline.pipeline_info.pipeline_name == "lookbook-refresh"
    return nodes_of(pipeline)


def test_a_refresh_has_these_steps_and_no_training(nodes):
    of_tables = {f"{kind}_{table}" for kind in ("statistics", "schema", "validator") for table in TABLES}
    own = {"Content", "CurrentStates", "LastBlessed", "assemble_cut", "assemble_end", "Evaluator"}
    own |= {"Ingest", "DataGate", "FreshnessGate", "ModelGate", "InfraGate", "Push", "Insights", "Report"}
    own |= {"DriftStatistics", "DriftValidator", "DriftGate"}
    assert set(nodes) == of_tables | own


def test_the_states_wait_for_the_data_gate(nodes):
    assert read_by(nodes["Content"]) == {"tables": "Ingest", "weights": "LastBlessed"}
    assert read_by(nodes["CurrentStates"]) == {"tables": "Ingest", "content": "Content"}
    upstream = {node.id for node in nodes["CurrentStates"].upstream_nodes}
    assert upstream == {"Ingest", "Content", "DataGate", "DriftGate", "FreshnessGate"}
    assert settings(nodes["FreshnessGate"])["refreshed_label_days"] == 7


def test_both_models_have_the_last_blessed_weights_and_current_states(nodes):
    cut, end = nodes["assemble_cut"], nodes["assemble_end"]
    assert read_by(cut) == read_by(end) == {"states": "CurrentStates", "weights": "LastBlessed"}
    assert [settings(node)["as_of"] for node in (cut, end)] == ["cut", "end"]
    assert [settings(node)["fallback"] for node in (cut, end)] == ["none", "none"]
    assert nodes["LastBlessed"].exec_properties["run_key"] == ""


def test_the_model_as_of_the_cut_is_judged_by_the_last_blessed_figure(nodes):
    assert read_by(nodes["Evaluator"]) == {"examples": "CurrentStates", "model": "assemble_cut"}
    assert read_by(nodes["ModelGate"]) == {
        "evaluation": "Evaluator",
        "model": "assemble_cut",
        "last_blessed": "LastBlessed",
    }
    assert settings(nodes["ModelGate"])["rule"]["margin"] == 0.03
    config = json.loads(nodes["Evaluator"].exec_properties["eval_config"])
    assert [spec["name"] for spec in config["model_specs"]] == ["candidate"]
    assert "per_slice_thresholds" not in config["metrics_specs"][0]


def test_the_pushed_model_has_passed_both_gates(nodes):
    assert read_by(nodes["InfraGate"]) == {"model": "assemble_end"}
    assert read_by(nodes["Push"]) == READ_BY_PUSH
