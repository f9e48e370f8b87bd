"""The wiring of pipelines without running them: nodes by name, their inputs and their settings."""

import json

from pipeline.config import PipelineConfig
from pipeline.shared_steps import CacheKeys, Paths

PATHS = Paths(
    data_dir="/data",
    pipeline_root="/root",
    serving_dir="/serving",
    checkpoints="/checkpoints",
    content_cache="/content",
)
CACHE_KEYS = CacheKeys(fingerprint="print", content="photos", run_key="key", last_blessed="digest")
READ_BY_PUSH = {
    "model": "assemble_end",
    "judged": "assemble_cut",
    "model_blessing": "ModelGate",
    "infra_blessing": "InfraGate",
    "evaluation": "Evaluator",
    "drift_statistics": "DriftStatistics",
}


def wire(create, config=None, version_of=lambda module: "v", **options):
    """Returns the pipeline that `create` makes of fixed paths and cache keys."""
    return create(config or PipelineConfig(), PATHS, CACHE_KEYS, version_of=version_of, **options)


def nodes_of(pipeline):
    """Returns the nodes of a pipeline by id."""
    return {node.id: node for node in pipeline.components}


def read_by(node):
    """Returns the producing step of each input, by the name of the input."""
    return {name: channel.producer_component_id for name, channel in node.inputs.items()}


def settings(node):
    return json.loads(node.exec_properties["settings"])
