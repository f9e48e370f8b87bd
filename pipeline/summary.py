"""The summary of a run: figures of the model and its baselines, verdicts of the gates, and the pushed version."""

import dataclasses
import json
import pathlib
import resource
from collections.abc import Mapping

from components.evaluation.figure_names import BOUNDS, GATE_LAST, GATE_SIMPLE, bounds_of
from components.evaluation.report import Evaluation, read_evaluation
from components.gates.table import GATES
from components.gates.verdict import Verdict, read_verdict
from components.model_files import INDEX_RECALL, description_of
from components.push.executor import VERSION
from models.metrics import METRICS
from models.rankings import LAST_BLESSED, OWN_PURCHASES, POPULAR, RANKINGS, RECOMMENDED
from pipeline.oracle import oracle_map
from pipeline.step_callbacks import Step
from transforms.columns import ARTICLE_ID, parquet_file
from transforms.parquet import pq
from transforms.photos.config import PhotosConfig
from transforms.photos.counts import PhotoCounts
from transforms.photos.shop_photos import ShopPhotos

INGEST = "Ingest"
DATA_GATE, MODEL_GATE, INFRA_GATE = "DataGate", "ModelGate", "InfraGate"
EVALUATOR, ASSEMBLED, PUSH = "Evaluator", "assemble_end", "Push"
FEATURES, CURRENT_STATES = "Features", "CurrentStates"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Summary:
    """Summary of a run.

    Attributes:
        figures: ranking (recommended, own_purchases, ...) to metric to its mean over the customers of the test week.
        customers: number of customers who bought in the test week.
        difference: mean, low and high of the paired difference of MAP@12 from the best simple baseline.
        slices: slice to MAP@12 of the recommended ranking and number of customers.
        gates: verdict of each gate of the pipeline, by the step's name.
        data_gate: warnings of the data gate, one line each.
        model_gate: line of the model gate.
        infra_gate: line of the infra gate.
        version: folder of the pushed version; None if a gate refused the push.
        index_recall: share of the exact nearest articles that the index finds.
        oracle: MAP@12 of the synthetic shop's oracle; None for other data.
        gap_closed: from `gap_closed()`; None for other data.
        data_dir: folder of the CSVs and photos.
        photos: numbers of articles with and without a photo.
        steps: number of steps.
        cached: number of steps that were taken from the cache.
        seconds: wall time of the run.
        peak_gib: largest resident memory of this process, in GiB.
    """

    figures: dict[str, dict[str, float]]
    customers: int
    difference: dict[str, float]
    slices: dict[str, dict[str, float]]
    gates: dict[str, Verdict]
    data_gate: list[str]
    model_gate: str
    infra_gate: str
    version: str | None
    index_recall: float
    oracle: float | None
    gap_closed: float | None
    data_dir: str
    photos: PhotoCounts
    steps: int
    cached: int
    seconds: float
    peak_gib: float


def read_summary(steps: Mapping[str, Step], *, data_dir: pathlib.Path, photos: PhotosConfig, seconds: float) -> Summary:
    """Reads the summary of a run from its artifacts.

    Args:
        steps: finished steps of a run or a refresh, by name.
        data_dir: folder of the CSVs.
        photos: places of the photos.
        seconds: wall time so far.
    """
    evaluation = read_evaluation(steps[EVALUATOR].outputs["evaluation"])
    verdicts = {gate.step: read_verdict(_output(steps[gate.step])) for gate in GATES if gate.step in steps}
    pushed = steps[PUSH].outputs["pushed_model"] / VERSION
    description = description_of(steps[ASSEMBLED].outputs["model"] / "Format-Serving")
    built = steps[FEATURES] if FEATURES in steps else steps[CURRENT_STATES]
    oracle = oracle_map(data_dir, built.outputs["states"])
    compared = bounds_of(GATE_LAST)[0] in verdicts[MODEL_GATE].figures
    figures = _by_ranking(evaluation, against_last=compared)
    return Summary(
        figures=figures,
        customers=int(evaluation.overall["customers"]),
        difference={bound: evaluation.overall[f"{GATE_SIMPLE}/{bound}"] for bound in BOUNDS},
        slices={
            name: {"map_at_12": values["map_at_12"], "customers": values["customers"]}
            for name, values in evaluation.slices.items()
        },
        gates=verdicts,
        data_gate=list(verdicts[DATA_GATE].warnings),
        model_gate=verdicts[MODEL_GATE].line,
        infra_gate=verdicts[INFRA_GATE].line,
        version=json.loads(pushed.read_text())["version"] if pushed.exists() else None,
        index_recall=description[INDEX_RECALL],
        oracle=oracle,
        gap_closed=gap_closed(figures, oracle),
        data_dir=str(data_dir),
        photos=_count_photos(data_dir, photos, steps[INGEST].outputs["tables"]),
        steps=len(steps),
        cached=sum(step.cached for step in steps.values()),
        seconds=seconds,
        peak_gib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    )


def gap_closed(figures: Mapping[str, Mapping[str, float]], oracle: float | None) -> float | None:
    """Share of the gap in MAP@12 from the better simple baseline to the oracle that the model closes; None without one.

    >>> own, popular, ours = {"map_at_12": 0.1}, {"map_at_12": 0.05}, {"map_at_12": 0.2}
    >>> gap_closed({"recommended": ours, "own_purchases": own, "popular": popular}, oracle=0.3)
    0.5
    """
    simple = max(figures[OWN_PURCHASES]["map_at_12"], figures[POPULAR]["map_at_12"])
    if oracle is None or oracle <= simple:
        return None
    return round((figures[RECOMMENDED]["map_at_12"] - simple) / (oracle - simple), 12)


def _output(gate: Step) -> pathlib.Path:
    (folder,) = gate.outputs.values()
    return folder


def _count_photos(data_dir: pathlib.Path, photos: PhotosConfig, tables: pathlib.Path) -> PhotoCounts:
    articles = pq.read_table(tables / parquet_file("articles"), columns=[ARTICLE_ID])
    return ShopPhotos(data_dir, photos).count(articles.column(ARTICLE_ID).to_pylist())


def _by_ranking(evaluation: Evaluation, *, against_last: bool) -> dict[str, dict[str, float]]:
    rankings = (*RANKINGS, LAST_BLESSED) if against_last else RANKINGS
    return {
        ranking: {
            metric: evaluation.overall[metric if ranking == RECOMMENDED else f"{metric}/{ranking}"]
            for metric in METRICS
        }
        for ranking in rankings
    }
