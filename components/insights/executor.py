"""Asks the judged model about a sample of the test week's customers, and writes what the report shows of it."""

from __future__ import annotations

import json
import logging
import pathlib
import time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import tensorflow as tf

from components.insights.answers import ask, candidate_features
from components.insights.article_map import article_map
from components.insights.cases import cases
from components.insights.feature_groups import families, with_relative_forms
from components.insights.files import CASES, IMPORTANCE, MAP, NEIGHBOURS, REACH
from components.insights.importance import JudgedLists, figures, permutation_importance
from components.insights.judged import JudgedCustomers, choose_by_slice, read_judged
from components.insights.neighbours import neighbours
from components.insights.reach import figures_of_reach
from components.insights.shop_articles import ShopArticles, read_articles
from components.weights import FOLDER, TOWERS, TRANSFORM, ranking_of
from models.recommender.builder import RecommenderBuilder
from models.recommender.config import RecommenderConfig
from models.recommender.recommender import Recommender
from transforms.calendar import load_calendar
from transforms.columns import CUSTOMER_ID
from transforms.content import CONTENT_FILE, read_content
from transforms.parquet import pq
from transforms.progress import Progress
from transforms.state_files import CUSTOMERS_FILE

MAX_CUSTOMERS = 2_000  # of the figures beyond accuracy
MAX_LISTS, MAX_POSITIVES = 256, 128  # lists of the importance of the features, and those of them with a positive
MAX_FEATURES, REPEATS = 15, 3
NUM_CASES = 8
_log = logging.getLogger(__name__)


def write_insights(
    states: pathlib.Path,
    weights: pathlib.Path,
    judged: pathlib.Path,
    config: RecommenderConfig,
    seed: int,
    to: pathlib.Path,
) -> None:
    """Writes the five files of the artifact.

    Args:
        states: folder of the states.
        weights: folder of an artifact `Weights` with weights.
        judged: folder of the judged Examples.
        config: channels and limits, as in the training of the weights.
        seed: seed of all samples.
        to: folder of the artifact.
    """
    started = time.monotonic()
    cut = load_calendar(states).cut
    folder = weights / FOLDER
    builder = RecommenderBuilder(config, states, folder / TRANSFORM)
    recommender = builder.build(cut, folder / TOWERS, ranking_of(folder, refitted=False))
    articles, customers = read_articles(states, recommender), read_judged(judged)
    known = pq.read_table(states / CUSTOMERS_FILE, columns=[CUSTOMER_ID])[CUSTOMER_ID]
    rows = pc.index_in(pa.array(customers.ids, known.type), value_set=known).to_numpy().astype(np.int32)
    to.mkdir(parents=True, exist_ok=True)
    _log.info("insights: the model is built after %.1f s", time.monotonic() - started)
    _write(to / MAP, article_map(articles, seed=seed))
    content = read_content(states / CONTENT_FILE, pa.array(articles.ids, pa.string()))
    _write(to / NEIGHBOURS, neighbours(articles, content, seed=seed))
    if not len(customers):
        return
    sample = customers.sample(MAX_CUSTOMERS, seed)
    with Progress("insights", "customers", len(sample)) as progress:
        answers = ask(recommender, rows[sample], progress.advance)
    bought = [articles.rows_of(customers.bought[position]) for position in sample]
    _write(
        to / REACH,
        figures_of_reach(answers, bought, articles, cut=cut, num_customers=recommender.state.num_customers),
    )
    chosen = choose_by_slice(customers, NUM_CASES, seed)
    of_chosen = rows[[position for position, _ in chosen]]
    answers = ask(recommender, of_chosen, explain=True)
    found = cases(chosen, customers, of_chosen.tolist(), answers, articles, recommender)
    _write(to / CASES, found)
    _log.info("insights: the rankings are described after %.1f s", time.monotonic() - started)
    _write(to / IMPORTANCE, _importance(recommender, customers, rows, articles, seed))
    _log.info("insights: finished after %.1f s", time.monotonic() - started)


def _importance(
    recommender: Recommender, customers: JudgedCustomers, rows: np.ndarray, articles: ShopArticles, seed: int
) -> dict[str, Any]:
    """The importance of families of features and of the most important single ones, for customers with a past.

    All features are exchanged once, and those with the largest drop again, so that the figures shown are not those by
    which they were chosen.
    """
    lists = _judged_lists(recommender, customers, rows, articles, seed + 1)
    tree: dict[str, Any] = {"lists": len(lists)}
    if not len(lists):
        return tree
    assert recommender.ranker is not None
    signature = [tf.TensorSpec([None, None, lists.features.shape[2]], tf.float32)]
    graph = tf.function(recommender.ranker, autograph=False, input_signature=signature)

    def score(values: np.ndarray) -> np.ndarray:
        return np.asarray(graph(values))

    features = with_relative_forms()
    screened = permutation_importance(lists, score, features, repeats=1, seed=seed)
    # By NDCG, which varies less from one permutation to the next than MAP.
    largest = sorted(screened, key=lambda name: -screened[name]["ndcg_at_12"][0])[:MAX_FEATURES]
    for kind, groups in (("families", families()), ("features", {name: features[name] for name in largest})):
        drops = permutation_importance(lists, score, groups, repeats=REPEATS, seed=seed + 1)
        tree[kind] = [
            {"name": name, **{metric: _spread(found) for metric, found in by_metric.items()}}
            for name, by_metric in drops.items()
        ]
    return {
        **tree,
        "with_a_positive": int(lists.bought.any(axis=1).sum()),
        "repeats": REPEATS,
        "all_features": len(features),
        "metrics": figures(lists, score(lists.features)),
    }


def _spread(values: list[float]) -> dict[str, float]:
    """Mean, smallest and largest of the repeats."""
    return {"mean": float(np.mean(values)), "low": min(values), "high": max(values)}


def _judged_lists(
    recommender: Recommender, customers: JudgedCustomers, rows: np.ndarray, articles: ShopArticles, seed: int
) -> JudgedLists:
    """Candidate lists of a sample of customers with a past, until enough of them have a positive."""
    sample = customers.sample(2 * MAX_LISTS, seed)
    found = candidate_features(recommender, rows[sample], MAX_LISTS)
    sample = sample[found.customers]
    bought = [articles.rows_of(customers.bought[position]) for position in sample]
    hits = [np.isin(row, own) for row, own in zip(found.article_rows, bought, strict=True)]
    lists = JudgedLists(
        features=found.features,
        real=found.article_rows < len(articles.ids),
        bought=np.array(hits, dtype=bool).reshape(found.article_rows.shape),
        num_bought=np.array([len(customers.bought[position]) for position in sample], dtype=np.int64),
    )
    positives = np.cumsum(lists.bought.any(axis=1))
    return lists[: int(np.searchsorted(positives, MAX_POSITIVES)) + 1]


def _write(path: pathlib.Path, tree: dict[str, Any]) -> None:
    path.write_text(json.dumps(tree, indent=1, allow_nan=False) + "\n", encoding="utf-8")
