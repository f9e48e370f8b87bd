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
        modules: modules that the stage runs, besides those of earlier stages.
        steps: ids of nodes in `pipeline/pipeline.py`; empty if the stage is a command of its own.
        rows: kind of its rows, a name in the counts of `step.Report`.
    """

    name: str
    does: str
    modules: tuple[str, ...]
    steps: tuple[str, ...] = ()
    rows: str = "transactions"


_TABLES = ("articles", "customers", "transactions")
_CHECKS = tuple(f"{step}_{table}" for step in ("schema", "statistics", "validator") for table in _TABLES)


def _gates(stops: str) -> list[str]:
    return [gate.step for gate in GATES if gate.stops == stops and gate.in_refresh]


_PUSH = ("gates.ranking_drift", "gates.model", "gates.infra", "push")
SYNTHESIZE, RUN, REFRESH = "synthesize", "run", "refresh"
STAGES = (
    Stage(SYNTHESIZE, "`lookbook synthesize`", ("synthetic.shop",)),
    Stage(
        "ingest",
        "Ingest: every row read, typed and checked",
        ("components.ingest.component",),
        ("Ingest",),
    ),
    Stage(
        "validation",
        "statistics, schema, validation and data gate; statistics of a sample",
        (
            "components.drift.component",
            "components.gates.data.component",
            "components.gates.freshness.component",
            "transforms.schemas",
        ),
        (*_gates(RUN_GATES), *_CHECKS, "DriftStatistics", "DriftValidator"),
    ),
    Stage(
        "content",
        "Content: the vectors of photos, where there are some, and texts",
        ("components.content.component",),
        ("Content",),
    ),
    Stage(
        "features",
        "Features: the states of six training weeks, the cut and the end, and the interactions",
        ("components.features.component",),
        ("Features",),
    ),
    Stage(
        "transform",
        "Transform over the windowed interactions",
        ("transforms.preprocessing",),
        ("schema_features", "Transform"),
        "purchases",
    ),
    Stage(
        "retrieval",
        "the towers, trained forward in time",
        ("models.retrieval.trainer",),
        ("retrieval",),
        "purchases",
    ),
    Stage(
        "candidates",
        "candidate lists of six weeks and the test week",
        ("components.candidates.component",),
        ("Candidates",),
        "lists",
    ),
    Stage("ranking", "the ranking networks", ("models.recommender.trainer",), ("ranking",), "lists"),
    Stage(
        "assembly",
        "both SavedModels and the baseline's",
        tuple(f"components.{name}.component" for name in ("assemble", "gather_weights", "last_blessed")),
        ("GatherWeights", "LastBlessed", "assemble_baseline", "assemble_cut", "assemble_end"),
    ),
    Stage(
        "evaluation",
        "Evaluator: every customer who bought in the test week",
        ("components.evaluation.metric",),
        ("Evaluator",),
        "judged",
    ),
    Stage(
        "push",
        "model gate, infra gate, push, insights and report",
        tuple(f"components.{name}.component" for name in (*_PUSH, "insights", "report")),
        (*_gates(PUSH_GATES), "RankingDriftGate", "Push", "Insights", "Report"),
    ),
    Stage(RUN, "the whole run, CSVs to pushed, as typed", ("lookbook.commands.run",)),
    Stage(REFRESH, "the whole refresh, as typed", ()),
)


def named(name: str) -> Stage:
    """The stage of that name."""
    return next(stage for stage in STAGES if stage.name == name)


def before(stage: Stage) -> tuple[Stage, ...]:
    """The earlier stages, in order."""
    return STAGES[: STAGES.index(stage)]
