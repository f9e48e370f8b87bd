"""The wiring: which step reads what, from three CSVs to a pushed version.

Everything the pipeline depends on is an argument; the runners alone know paths.
"""

import dataclasses
import json
import pathlib
from collections.abc import Callable, Sequence

from tfx.components.evaluator.component import Evaluator
from tfx.components.example_validator.component import ExampleValidator
from tfx.components.schema_gen.import_schema_gen.component import ImportSchemaGen
from tfx.components.statistics_gen.component import StatisticsGen
from tfx.components.trainer.component import Trainer
from tfx.components.transform.component import Transform
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.proto import trainer_pb2, transform_pb2

from components.assemble.component import Assemble, AssembleBaseline
from components.candidates.component import Candidates
from components.candidates.executor import SPLIT as LISTS_SPLIT
from components.data_gate.component import DataGate
from components.evaluation.eval_config import eval_config
from components.features.component import Features
from components.features.examples import JUDGED_SPLIT, SPLITS
from components.infra_gate.component import InfraGate
from components.ingest.component import Ingest
from components.last_blessed.component import LastBlessed
from components.push.component import Push
from pipeline.code_version import code_version
from pipeline.config import PipelineConfig

NAME = "lookbook"
TABLES = ("articles", "customers", "transactions")
SCHEMAS = pathlib.Path(__file__).parent.parent / "transforms" / "schemas"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Places:
    """Where a run reads and writes; local paths or those of a mounted volume or bucket.

    Attributes:
        data_dir: folder of the three CSVs.
        pipeline_root: folder of the artifacts.
        serving_dir: folder of the pushed versions.
        checkpoints: folder of the trainers' checkpoints.
        schemas: folder of the curated schemas.
    """

    data_dir: str
    pipeline_root: str
    serving_dir: str
    checkpoints: str
    schemas: str = str(SCHEMAS)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Occasion:
    """What distinguishes this run for TFX's cache.

    Attributes:
        fingerprint: of the CSVs.
        run_key: names the run by its inputs, settings and code.
        last_blessed: names the last blessed weights, see `components.last_blessed`.
    """

    fingerprint: str
    run_key: str
    last_blessed: str


def create_pipeline(
    config: PipelineConfig,
    places: Places,
    occasion: Occasion,
    *,
    beam_args: Sequence[str] = (),
    version_of: Callable[[Sequence[str]], str] = code_version,
) -> tfx_pipeline.Pipeline:
    """Wires the pipeline.

    Args:
        config: all settings.
        places: where to read and write.
        occasion: fingerprints.
        beam_args: of the Beam runner for statistics, Transform and evaluation.
        version_of: names the code of rooms; golden files give a constant.
    """
    ingest = Ingest(
        data_dir=places.data_dir,
        fingerprint=occasion.fingerprint,
        config_json=_json(config.ingest),
        code_version=version_of(["components/ingest", "components/examples.py", "transforms/columns.py"]),
    )
    checks = [_check(table, ingest.outputs[f"{table}_examples"], places) for table in TABLES]
    gate = DataGate(
        tables=ingest.outputs["tables"],
        **{f"{table}_anomalies": check[-1].outputs["anomalies"] for table, check in zip(TABLES, checks, strict=True)},
        code_version=version_of(["components/data_gate"]),
    )
    features = Features(
        tables=ingest.outputs["tables"],
        verdict=gate.outputs["verdict"],
        config_json=_json(config.features),
        label_days=config.label_days,
        code_version=version_of(["components/features", "components/examples.py", "transforms"]),
    )
    schema = ImportSchemaGen(schema_file=f"{places.schemas}/features.pbtxt").with_id("schema_features")
    transform = Transform(
        examples=features.outputs["examples"],
        schema=schema.outputs["schema"],
        preprocessing_fn="transforms.preprocessing.preprocessing_fn",
        splits_config=transform_pb2.SplitsConfig(analyze=["articles", "customers"], transform=list(SPLITS)),
        custom_config={"code_version": version_of(["transforms/preprocessing.py", "transforms/features.py"])},
    )
    retrieval = Trainer(
        run_fn="models.retrieval.trainer.run_fn",
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        train_args=trainer_pb2.TrainArgs(splits=list(SPLITS)),
        eval_args=trainer_pb2.EvalArgs(splits=["purchases"]),
        custom_config={
            "retrieval": _tree(config.retrieval, config.seed),
            "label_days": config.label_days,
            "checkpoints": f"{places.checkpoints}/retrieval",
            "code_version": version_of(["models/retrieval"]),
        },
    ).with_id("retrieval")
    candidates = Candidates(
        states=features.outputs["states"],
        towers=retrieval.outputs["model"],
        transform_graph=transform.outputs["transform_graph"],
        recommender_json=_json(config.recommender),
        config_json=json.dumps(_tree(config.candidates, config.seed), sort_keys=True),
        code_version=version_of(["components/candidates", "models/recommender", "models/retrieval"]),
    )
    ranking = Trainer(
        run_fn="models.recommender.trainer.run_fn",
        examples=candidates.outputs["lists"],
        base_model=candidates.outputs["graph"],
        transform_graph=transform.outputs["transform_graph"],
        train_args=trainer_pb2.TrainArgs(splits=[LISTS_SPLIT]),
        eval_args=trainer_pb2.EvalArgs(splits=[LISTS_SPLIT]),
        custom_config={
            "ranking": _tree(config.ranking, config.seed),
            "recommender": dataclasses.asdict(config.recommender),
            "checkpoints": f"{places.checkpoints}/ranking",
            "code_version": version_of(["models/ranking", "models/recommender"]),
        },
    ).with_id("ranking")
    judged, pushed = (
        Assemble(
            states=features.outputs["states"],
            towers=retrieval.outputs["model"],
            ranking=ranking.outputs["model"],
            transform_graph=transform.outputs["transform_graph"],
            as_of=as_of,
            recommender_json=_json(config.recommender),
            code_version=version_of(["components/assemble", "models"]),
        ).with_id(f"assemble_{as_of}")
        for as_of in ("cut", "end")
    )
    last_blessed = LastBlessed(
        serving_dir=places.serving_dir,
        run_key=occasion.run_key,
        occasion=occasion.last_blessed,
        code_version=version_of(["components/last_blessed"]),
    )
    baseline = AssembleBaseline(
        states=features.outputs["states"],
        last_blessed=last_blessed.outputs["weights"],
        recommender_json=_json(config.recommender),
        code_version=version_of(["components/assemble", "models"]),
    )
    evaluator = Evaluator(
        examples=features.outputs["judged"],
        model=judged.outputs["model"],
        baseline_model=baseline.outputs["model"],
        example_splits=[JUDGED_SPLIT],
        eval_config=eval_config(config.evaluation, version_of(["components/evaluation", "models/metrics.py"])),
    )
    infra_gate = InfraGate(
        model=pushed.outputs["model"],
        config_json=_json(config.infra_gate),
        code_version=version_of(["components/infra_gate", "serving"]),
    )
    push = Push(
        model=pushed.outputs["model"],
        judged=judged.outputs["model"],
        model_blessing=evaluator.outputs["blessing"],
        infra_blessing=infra_gate.outputs["blessing"],
        evaluation=evaluator.outputs["evaluation"],
        serving_dir=places.serving_dir,
        run_key=occasion.run_key,
        keep_versions=config.push.keep_versions,
    )
    nodes = [ingest, *(node for check in checks for node in check), gate, features, schema, transform]
    nodes += [retrieval, candidates, ranking, judged, pushed, last_blessed, baseline, evaluator, infra_gate, push]
    return tfx_pipeline.Pipeline(
        pipeline_name=NAME,
        pipeline_root=places.pipeline_root,
        components=nodes,
        enable_cache=True,
        beam_pipeline_args=list(beam_args),
    )


def _check(table: str, examples, places: Places) -> tuple:
    """Statistics, curated schema and anomalies of one table."""
    statistics = StatisticsGen(examples=examples).with_id(f"statistics_{table}")
    schema = ImportSchemaGen(schema_file=f"{places.schemas}/{table}.pbtxt").with_id(f"schema_{table}")
    validator = ExampleValidator(statistics=statistics.outputs["statistics"], schema=schema.outputs["schema"]).with_id(
        f"validator_{table}"
    )
    return statistics, schema, validator


def _json(config) -> str:
    return json.dumps(dataclasses.asdict(config), sort_keys=True)


def _tree(config, seed: int) -> dict:
    """A room's settings as a plain tree, its seed moved by the pipeline's."""
    tree = dataclasses.asdict(config)
    return {**tree, "seed": tree["seed"] + seed}
