"""The wiring of a run: the inputs of each step, and the steps that wait for each gate."""

import json

import pytest

from benchmarks.performance.stages import STAGES
from components.gates.table import GATES
from pipeline.config import load_config
from pipeline.pipeline import create_pipeline
from tests.pipeline.wiring import READ_BY_PUSH, nodes_of, read_by, settings, wire
from transforms.columns import TABLES


def wired(assignments=()):
    return nodes_of(wire(create_pipeline, load_config(None, assignments)))


@pytest.fixture(scope="module")
def nodes():
    return wired()


def behind(nodes, name):
    """Returns all steps that wait for a step, directly or indirectly."""
    found, new = set(), {name}
    while new:
        found |= new
        new = {node.id for node in nodes.values() if {up.id for up in node.upstream_nodes} & found} - found
    return found - {name}


def properties(node):
    return dict(node.exec_properties)


BEHIND_THE_DATA_GATE = {
    *("Content", "Features", "Transform", "retrieval", "Candidates", "ranking", "GatherWeights"),
    *("assemble_cut", "assemble_end", "assemble_baseline", "Evaluator", "ModelGate", "InfraGate"),
    *("RankingDriftGate", "Push", "Insights", "Report"),
}


def test_a_run_has_these_steps(nodes):
    of_tables = {f"{kind}_{table}" for kind in ("statistics", "schema", "validator") for table in TABLES}
    others = {"Ingest", "DataGate", "FreshnessGate", "schema_features", "LastBlessed"}
    others |= {"DriftStatistics", "DriftValidator", "DriftGate"}
    assert set(nodes) == of_tables | others | BEHIND_THE_DATA_GATE


def test_the_benchmark_assigns_every_step_to_one_stage(nodes):
    assert sorted(step for stage in STAGES for step in stage.steps) == sorted(nodes)


def test_each_table_is_validated_against_its_own_schema_before_the_data_gate(nodes):
    for table in TABLES:
        assert read_by(nodes[f"statistics_{table}"]) == {"examples": "Ingest"}
        assert read_by(nodes[f"validator_{table}"]) == {
            "statistics": f"statistics_{table}",
            "schema": f"schema_{table}",
        }
        assert properties(nodes[f"schema_{table}"])["schema_file"].endswith(f"/{table}.pbtxt")
        assert read_by(nodes["DataGate"])[f"{table}_anomalies"] == f"validator_{table}"


def test_every_step_that_uses_the_data_waits_for_the_data_gate(nodes):
    assert {"DataGate", "DriftGate", "FreshnessGate"} < {node.id for node in nodes["Features"].upstream_nodes}
    assert behind(nodes, "DataGate") == behind(nodes, "DriftGate") == BEHIND_THE_DATA_GATE


def test_the_content_vectors_are_read_by_the_states_the_towers_and_the_weights(nodes):
    assert read_by(nodes["Content"]) == {"tables": "Ingest"}
    assert read_by(nodes["Features"])["content"] == "Content"
    assert read_by(nodes["retrieval"])["base_model"] == "Content"
    assert read_by(nodes["GatherWeights"])["content"] == "Content"


def test_the_trainers_have_a_dotted_path_and_settings_of_their_own():
    nodes = wired(["seed=3", "retrieval.embedding_dim=24", "ranking.epochs=5"])
    for name, path in (
        ("retrieval", "models.retrieval.trainer.run_fn"),
        ("ranking", "models.recommender.trainer.run_fn"),
    ):
        given = properties(nodes[name])
        assert given["run_fn"] == path
        assert given.get("module_file") is None
        custom = json.loads(given["custom_config"])
        assert custom["code_version"] == "v"
        assert custom["checkpoints"] == f"/checkpoints/{name}"
    plain = wired()
    for name, setting, value in (("retrieval", "embedding_dim", 24), ("ranking", "epochs", 5)):
        custom = json.loads(properties(nodes[name])["custom_config"])
        usual = json.loads(properties(plain[name])["custom_config"])
        assert custom[name][setting] == value
        assert custom[name]["seed"] == usual[name]["seed"] + 3


def test_the_judged_and_the_pushed_model_share_weights_and_have_states_of_two_days(nodes):
    cut, end = nodes["assemble_cut"], nodes["assemble_end"]
    assert read_by(cut) == read_by(end)
    assert (settings(cut)["as_of"], settings(end)["as_of"]) == ("cut", "end")
    assert read_by(cut) == {"states": "Features", "weights": "GatherWeights"}
    weights = ("towers", "ranking", "transform_graph", "states")
    gathered = read_by(nodes["GatherWeights"])
    assert [gathered[name] for name in weights] == ["retrieval", "ranking", "Transform", "Features"]
    assert (settings(cut)["fallback"], settings(end)["fallback"]) == ("none", "none")


def test_the_model_as_of_the_cut_is_compared_with_the_last_blessed_weights_on_the_same_states(nodes):
    read = read_by(nodes["Evaluator"])
    assert (read["model"], read["baseline_model"], read["examples"]) == (
        "assemble_cut",
        "assemble_baseline",
        "Features",
    )
    assert read_by(nodes["assemble_baseline"]) == {"states": "Features", "weights": "LastBlessed"}
    given = settings(nodes["assemble_baseline"])
    assert (given["as_of"], given["fallback"]) == ("cut", "own_purchases")


def test_the_model_gate_gets_all_settings_of_its_rule():
    nodes = wired(["evaluation.margin=0.03", "evaluation.strict=true", "push.min_share=0.25"])
    assert read_by(nodes["ModelGate"]) == {
        "evaluation": "Evaluator",
        "model": "assemble_cut",
        "baseline": "assemble_baseline",
        "last_blessed": "LastBlessed",
    }
    assert settings(nodes["ModelGate"])["rule"] == {"margin": 0.03, "strict": True, "min_share": 0.25}


def test_the_gates_are_those_of_the_table_and_the_steps_that_they_stop_wait_for_them(nodes):
    for gate in GATES:
        assert len(nodes[gate.step].outputs) == 1
        before_training = gate.stops == "run" and gate.in_refresh
        assert ("Features" if before_training else "Push") in behind(nodes, gate.step)
    named = {name for name in nodes if name.endswith("Gate")}
    assert named == {gate.step for gate in GATES}


def test_the_statistics_of_the_tables_are_compared_with_those_of_the_last_pushed_run(nodes):
    read = read_by(nodes["DriftStatistics"])
    assert read == {"tables": "Ingest"} | {f"{table}_statistics": f"statistics_{table}" for table in TABLES}
    given = properties(nodes["DriftStatistics"])
    assert (given["baseline_key"], given["run_key"], given["serving_dir"]) == ("none", "key", "/serving")
    assert set(read_by(nodes["DriftValidator"]).values()) == {"DriftStatistics"}
    assert read_by(nodes["DriftGate"])["anomalies"] == "DriftValidator"


def test_the_drift_gates_get_the_action_and_the_lists_of_both_trainings():
    nodes = wired(["drift.action='stop'"])
    for name in ("DriftGate", "RankingDriftGate"):
        assert settings(nodes[name])["drift"] == {"action": "stop"}
    assert read_by(nodes["RankingDriftGate"]) == {"ranking": "ranking", "last_blessed": "LastBlessed"}


def test_the_cache_key_of_last_blessed_names_the_weights(nodes):
    given = properties(nodes["LastBlessed"])
    assert (given["last_blessed_key"], given["run_key"], given["serving_dir"]) == ("digest", "key", "/serving")


def test_push_takes_the_model_as_of_the_end_and_both_blessings(nodes):
    assert read_by(nodes["Push"]) == READ_BY_PUSH
    assert read_by(nodes["InfraGate"]) == {"model": "assemble_end"}
    assert json.loads(properties(nodes["Push"])["custom_config"]) == {
        "run_key": "key",
        "keep_versions": 5,
        "allow_older": "false",
        "code_version": "v",
    }


def test_the_cache_key_of_ingest_has_the_fingerprint_of_the_data(nodes):
    assert properties(nodes["Ingest"])["fingerprint"] == "print"


def test_every_step_with_code_of_the_project_has_its_code_version(nodes):
    ours = ("Ingest", "Features", "Candidates", "GatherWeights", "assemble_cut", "LastBlessed")
    for name in (*ours, *(gate.step for gate in GATES)):
        assert settings(nodes[name])["code_version"] == "v"
    for name in ("Transform", "retrieval", "ranking"):
        assert json.loads(properties(nodes[name])["custom_config"])["code_version"] == "v"
    (metric,) = json.loads(properties(nodes["Evaluator"])["eval_config"])["metrics_specs"][0]["metrics"]
    assert json.loads(metric["config"])["code_version"] == "v"


def test_beam_gets_the_arguments_of_the_caller():
    pipeline = wire(create_pipeline, beam_args=("--runner=X",))
    assert pipeline.beam_pipeline_args == ["--runner=X"]
    assert pipeline.enable_cache
