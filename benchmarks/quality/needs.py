"""Measures the need model against simple rankings of groups on past weeks of a shop (`make quality-needs`).

    python -m benchmarks.quality.needs --data DIR [--sample DIR] [--to docs/quality.md]

The population of the rankings is the customers who bought from a group in the week and had a purchase before it. The
population of the calibration is all customers with a purchase before the week.
"""

import argparse
import dataclasses
import itertools
import pathlib
import sys
import tempfile
import time
from collections.abc import Sequence

import numpy as np

from benchmarks import document
from benchmarks.environment import environment, in_words
from benchmarks.quality.arithmetic import roc_auc
from benchmarks.quality.formatting import mean, signed, words
from components.features.config import FeaturesConfig
from components.features.duckdb_engine import DuckDbEngine
from components.features.needs import Needs, read_groups
from components.features.purchases import Purchases, read_purchases
from components.features.states import StateWriter, prepare
from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from lookbook.environment import prepare_tensorflow
from models.metrics import bootstrap_interval
from transforms import columns
from transforms.calendar import date_of
from transforms.content import CONTENT_FILE, KINDS, ContentVectors, write_content
from transforms.needs import NEED_KINDS
from transforms.parquet import pq
from transforms.state_files import ARTICLES_FILE

COMMAND = "make quality-needs"
K, LABEL_DAYS, HISTORY_LENGTH = 5, 7, 160
_BATCH, _SEED = 512, 0
RANKINGS = {
    "need": "need",
    "purchases": "own frequency: purchases from the group, then popularity",
    "popular": "popularity: purchases of the last 28 days",
}
METRICS = ("recall", "top_1", "auc")


@dataclasses.dataclass(frozen=True)
class Week:
    """Figures of one judged week.

    Attributes:
        first_day: date of its first day.
        figures: for each ranking and metric, `[customers]` float64.
        predicted: `[customers with a past, groups]` float32 probabilities.
        bought: `[customers with a past, groups]` bool.
    """

    first_day: str
    figures: dict[tuple[str, str], np.ndarray]
    predicted: np.ndarray
    bought: np.ndarray


def judge(scores: np.ndarray, bought: np.ndarray) -> dict[str, np.ndarray]:
    """Judges rankings of groups; ties go to the lower code.

    >>> found = judge(np.array([[0.1, 0.9, 0.5, 0.2, 0.3, 0.4]]), np.array([[True, True, False, False, False, False]]))
    >>> {name: values.tolist() for name, values in found.items()}
    {'recall': [0.5], 'top_1': [1.0], 'auc': [0.5]}

    Args:
        scores: `[customers, groups]`.
        bought: `[customers, groups]` bool; each customer bought from a group.

    Returns:
        `[customers]` float64 each: share of the bought groups among the `K` first, 1 if the first one was bought, and
        area under the ROC curve over the groups (NaN if the customer bought from all).
    """
    hits = np.take_along_axis(bought, np.argsort(-scores, axis=1, kind="stable")[:, :K], axis=1)
    pairs = zip(scores, bought, strict=True)
    areas = [np.nan if positive.all() else roc_auc(row, positive) for row, positive in pairs]
    return {
        "recall": hits.sum(axis=1) / bought.sum(axis=1),
        "top_1": hits[:, 0].astype(float),
        "auc": np.array(areas),
    }


def judge_weeks(data: pathlib.Path, kind: str, backs: Sequence[int]) -> list[Week]:
    """Judges past weeks of a shop.

    Args:
        data: folder of the three CSVs.
        kind: one of `NEED_KINDS`.
        backs: numbers of weeks from the first day of each week to the end of the data, descending.
    """
    from models.recommender.state import State, load_tables

    with tempfile.TemporaryDirectory(prefix="needs-") as name:
        folder = pathlib.Path(name)
        ingest(data, folder / "tables", IngestConfig())
        engine = DuckDbEngine(folder)
        try:
            prepare(engine, folder / "tables", folder / "states")
            purchases = read_purchases(engine)
            end = int(purchases.days.max()) + 1
            days = [end - back * LABEL_DAYS for back in backs]
            _write_no_content(folder / "states")
            writer = StateWriter(engine, days, FeaturesConfig(), LABEL_DAYS)
            weeks = []
            for day in days:
                writer.write(day, folder / "states", looks=False)
                weeks.append(_judge_week(State(load_tables(folder / "states", day)), purchases, kind, day))
            return weeks
        finally:
            engine.close()


def seconds_per_state(data: pathlib.Path, states: int = 4) -> float:
    """Processor seconds of the need models of one state, all kinds, after the first state of a run."""
    with tempfile.TemporaryDirectory(prefix="needs-") as name:
        folder = pathlib.Path(name)
        ingest(data, folder / "tables", IngestConfig())
        engine = DuckDbEngine(folder)
        try:
            prepare(engine, folder / "tables", folder / "states")
            purchases, groups = read_purchases(engine), read_groups(engine)
        finally:
            engine.close()
    end = int(purchases.days.max()) + 1
    days = [end - back * LABEL_DAYS for back in reversed(range(states))]
    needs = Needs(purchases, groups, days, FeaturesConfig(), LABEL_DAYS)
    needs.tables(days[0])
    started = time.process_time()
    for day in days[1:]:
        needs.tables(day)
    return (time.process_time() - started) / (states - 1)


def render(kind: str, shop: str, weeks: Sequence[Week]) -> str:
    """A Markdown text of the rankings and of the calibration.

    Args:
        kind: one of `NEED_KINDS`.
        shop: name of the data.
        weeks: judged weeks.
    """
    figures = {key: np.concatenate([week.figures[key] for week in weeks]) for key in weeks[0].figures}
    base = figures["purchases", "recall"].mean()
    rows = []
    for ranking, label in RANKINGS.items():
        recall = figures[ranking, "recall"]
        difference = recall - figures["purchases", "recall"]
        above = "" if ranking == "purchases" else signed(bootstrap_interval(difference, seed=_SEED))
        relative = "" if ranking == "purchases" else f"{100 * (recall.mean() / base - 1):+.1f} %"
        others = (mean(figures[ranking, "top_1"]), f"{np.nanmean(figures[ranking, 'auc']):.4f}")
        rows.append((label, words(bootstrap_interval(recall, seed=_SEED)), above, relative, *others))
    predicted = np.concatenate([week.predicted.ravel() for week in weeks])
    bought = np.concatenate([week.bought.ravel() for week in weeks])
    header = ("ranking", f"bought among the {K} first", "above own frequency", "", "first one bought", "AUC")
    dates = ", ".join(week.first_day for week in weeks)
    number = len(figures["need", "recall"])
    text = f"`{kind}` of {shop}, {weeks[0].bought.shape[1]} groups, weeks from {dates}, {number:,} customers:\n\n"
    text += f"{document.table(header, rows)}\n\n"
    return text + "Probabilities of all customers with a past:\n\n" + _calibration(predicted, bought)


def _write_no_content(states: pathlib.Path) -> None:
    """Writes content vectors of no article, which needs do not read."""
    ids = pq.read_table(states / ARTICLES_FILE, columns=[columns.ARTICLE_ID])[0].combine_chunks()
    write_content(states / CONTENT_FILE, ids, {kind: ContentVectors.none(len(ids)) for kind in KINDS})


def _calibration(predicted: np.ndarray, bought: np.ndarray) -> str:
    edges = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 1.0)
    rows = []
    for low, high in itertools.pairwise(edges):
        inside = (predicted >= low) & (predicted < high)
        if inside.any():
            shares = (f"{predicted[inside].mean():.4f}", f"{bought[inside].mean():.4f}")
            rows.append((f"{low:g} to {high:g}", f"{inside.sum():,}", *shares))
    return document.table(("probability", "pairs", "mean", "bought"), rows)


def _judge_week(state, purchases: Purchases, kind: str, day: int) -> Week:
    import tensorflow as tf

    from models.recommender.needs import need_probabilities
    from models.recommender.query import Query
    from models.recommender.state import ARTICLE_GROUPS

    codes = state.article_groups.numpy()[:, ARTICLE_GROUPS.index(kind)][purchases.article_rows]
    groups = state.group_sizes[kind]
    before = (purchases.days < day) & (codes >= 0)
    customers = np.unique(purchases.customer_rows[purchases.days < day])

    def counted(chosen: np.ndarray) -> np.ndarray:
        chosen = chosen & (codes >= 0) & np.isin(purchases.customer_rows, customers)
        rows = np.searchsorted(customers, purchases.customer_rows[chosen])
        return np.bincount(rows * groups + codes[chosen], minlength=len(customers) * groups).reshape(-1, groups)

    bought = counted((purchases.days >= day) & (purchases.days < day + LABEL_DAYS)) > 0
    predicted = []
    for start in range(0, len(customers), _BATCH):
        batch = customers[start : start + _BATCH]
        query = Query(state, tf.constant(batch), tf.zeros([len(batch), 1]), HISTORY_LENGTH)
        predicted.append(need_probabilities(query, kind).numpy())
    recent = before & (purchases.days >= day - 28)
    popular = np.bincount(codes[recent], minlength=groups)
    probability, buyers = np.concatenate(predicted), bought.any(axis=1)
    scores = {
        "need": probability,
        "purchases": counted(before) + popular / (popular.sum() + 1.0),
        "popular": np.broadcast_to(popular, bought.shape),
    }
    figures = {
        (ranking, metric): values
        for ranking, of_ranking in scores.items()
        for metric, values in judge(of_ranking[buyers], bought[buyers]).items()
    }
    return Week(date_of(day), figures, probability, bought)


def main() -> int:
    """Measures and prints the tables; writes them into a document if one is given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.needs", description="Figures of the needs.")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder of the three CSVs; its last 3 weeks")
    parser.add_argument("--sample", type=pathlib.Path, help="a small shop, judged on its last 8 weeks")
    parser.add_argument("--to", type=pathlib.Path, help="document to write the tables to")
    options = parser.parse_args()
    prepare_tensorflow()
    measured_on = []
    for data, backs in ((options.data, range(3, 0, -1)), (options.sample, range(8, 0, -1))):
        if data is None:
            continue
        for kind in NEED_KINDS:
            weeks = judge_weeks(data, kind, list(backs))
            if weeks[0].bought.shape[1] > 1:
                measured_on.append(render(kind, data.name, weeks))
            else:
                measured_on.append(f"`{kind}` of {data.name} has {weeks[0].bought.shape[1]} value: nothing to rank.")
    seconds = seconds_per_state(options.data)
    time = f"Processor time of both models of one state of {options.data.name}: {seconds:.1f} s."
    text = "\n\n".join([f"{in_words(environment())}. {time}", *measured_on])
    document.publish(text, options.to, COMMAND)
    return 0


if __name__ == "__main__":
    sys.exit(main())
