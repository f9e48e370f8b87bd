"""Runs TFX's Evaluator on models that return stored rankings."""

import pathlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

BEAM = ["--runner=apache_beam.runners.portability.fn_api_runner.fn_runner.FnApiRunner"]
K = 12


def save_judged_model(to: pathlib.Path, rankings: dict[str, list[list[str]]]) -> None:
    """Writes a SavedModel whose signature `judge` returns the rankings of each customer, `[4, <= 12]`."""
    import tensorflow as tf

    padded = [[[*ranking, *[""] * (K - len(ranking))] for ranking in lists] for lists in rankings.values()]
    module = tf.Module()
    module.rankings = tf.Variable(padded, trainable=False)
    names = tf.lookup.KeyValueTensorInitializer(tf.constant(list(rankings)), tf.range(len(rankings)))
    module.customers = tf.lookup.StaticHashTable(names, -1)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def judge(examples):
        parsed = tf.io.parse_example(examples, {"customer_id": tf.io.FixedLenFeature([], tf.string)})
        return {"rankings": tf.gather(module.rankings, module.customers.lookup(parsed["customer_id"]))}

    tf.saved_model.save(module, str(to), signatures={"judge": judge})


@pytest.fixture(scope="session")
def evaluate(tmp_path_factory):
    """Runs TFX's Evaluator: `evaluate(examples, candidate, baseline, beam_args)`; returns the folder of the figures."""

    def run(examples: pa.Table, candidate: dict, baseline: dict, beam_args: Sequence[str] = BEAM) -> pathlib.Path:
        from tfx.components.evaluator.executor import Executor
        from tfx.dsl.components.base import base_beam_executor
        from tfx.types import artifact_utils, standard_artifacts
        from tfx.utils import json_utils, proto_utils

        from components.evaluation.eval_config import eval_config
        from components.examples import write_examples

        root = tmp_path_factory.mktemp("evaluated")

        def artifact(kind, name):
            made = kind()
            made.uri = str(root / name)
            return made

        judged = artifact(standard_artifacts.Examples, "examples")
        judged.split_names = artifact_utils.encode_split_names(["eval"])
        write_examples(examples, root / "examples" / "Split-eval")
        for name, rankings in (("candidate", candidate), ("baseline", baseline)):
            save_judged_model(root / name / "Format-Serving", rankings)
        blessing = artifact(standard_artifacts.ModelBlessing, "blessing")
        context = base_beam_executor.BaseBeamExecutor.Context(
            beam_pipeline_args=[*beam_args], tmp_dir=str(root / "tmp")
        )
        Executor(context).Do(
            {
                "examples": [judged],
                "model": [artifact(standard_artifacts.Model, "candidate")],
                "baseline_model": [artifact(standard_artifacts.Model, "baseline")],
            },
            {"evaluation": [artifact(standard_artifacts.ModelEvaluation, "evaluation")], "blessing": [blessing]},
            {
                "eval_config": proto_utils.proto_to_json(eval_config("test", baseline=True)),
                "example_splits": json_utils.dumps(["eval"]),
            },
        )
        return root / "evaluation"

    return run


def draw_rankings(customers: list[str], seed: int):
    """Draws four random rankings of the articles a00 to a29 for each customer."""
    draw = np.random.default_rng(seed)
    articles = [f"a{i:02d}" for i in range(30)]
    return {customer: [draw.permutation(articles)[:K].tolist() for _ in range(4)] for customer in customers}
