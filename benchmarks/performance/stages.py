"""The measured stages: steps of a pipeline, with the sources that they depend on."""

import dataclasses

from components.gates.table import GATES
from components.gates.table import PUSH as PUSH_GATES
from components.gates.table import RUN as RUN_GATES


@dataclasses.dataclass(frozen=True)
class Stage:
    """Steps that are measured together.

    Attributes:
        name: unique name.
        does: description.
        rooms: sources that the stage depends on, besides those of earlier stages.
        steps: ids of nodes in `pipeline/pipeline.py`; empty if the stage is a command of its own.
        rows: kind of its rows, a name in the counts of `step.Report`.
    """

    name: str
    does: str
    rooms: tuple[str, ...]
    steps: tuple[str, ...] = ()
    rows: str = "transactions"


_TABLES = ("articles", "customers", "transactions")
_CHECKS = tuple(f"{step}_{table}" for step in ("schema", "statistics", "validator") for table in _TABLES)


def _gates(stops: str) -> list[str]:
    return [gate.step for gate in GATES if gate.stops == stops]


SYNTHESIZE, RUN, REFRESH = "synthesize", "run", "refresh"
STAGES = (
    Stage(SYNTHESIZE, "`lookbook synthesize`", ("synthetic",)),
    Stage(
        "ingest",
        "Ingest: every row read, typed and checked",
        ("components/ingest", "components/examples.py", "transforms/columns.py"),
        ("Ingest",),
    ),
    Stage(
        "validation",
        "statistics, schema, validation and data gate; statistics of a sample",
        ("components/gates/data", "components/gates/freshness", "transforms/schemas"),
        (*_gates(RUN_GATES), *_CHECKS),
    ),
    Stage(
        "features",
        "Features: the states of six training weeks, the cut and the end, and the interactions",
        ("components/features", "transforms"),
        ("Features",),
    ),
    Stage("transform", "Transform over the windowed interactions", (), ("schema_features", "Transform"), "purchases"),
    Stage(
        "retrieval",
        "the towers, trained forward in time",
        ("models/retrieval", "models/input_pipeline.py"),
        ("retrieval",),
        "purchases",
    ),
    Stage(
        "candidates",
        "candidate lists of six weeks and the test week",
        ("components/candidates", "models/recommender"),
        ("Candidates",),
        "lists",
    ),
    Stage("ranking", "the ranking networks", ("models/ranking",), ("ranking",), "lists"),
    Stage(
        "assembly",
        "both SavedModels and the baseline's",
        ("components/assemble", "components/gather_weights", "components/last_blessed"),
        ("GatherWeights", "LastBlessed", "assemble_baseline", "assemble_cut", "assemble_end"),
    ),
    Stage(
        "evaluation",
        "Evaluator: every customer who bought in the test week",
        ("components/evaluation", "models/metrics.py"),
        ("Evaluator",),
        "judged",
    ),
    Stage(
        "push",
        "model gate, infra gate and push",
        ("components/gates", "components/push", "serving"),
        (*_gates(PUSH_GATES), "Push"),
    ),
    Stage(RUN, "the whole run, CSVs to pushed, as typed", ("lookbook/commands/run.py", "pipeline")),
    Stage(REFRESH, "the whole refresh, as typed", ()),
)


def named(name: str) -> Stage:
    """The stage of that name."""
    return next(stage for stage in STAGES if stage.name == name)


def before(stage: Stage) -> tuple[Stage, ...]:
    """The earlier stages, in order."""
    return STAGES[: STAGES.index(stage)]
