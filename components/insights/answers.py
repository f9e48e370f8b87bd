"""What the judged model answers to customers of the test week: rankings, reasons and the features of candidates."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models.metrics import K
from models.rankings import OWN_PURCHASES, POPULAR, RECOMMENDED
from models.recommender import baselines
from models.recommender.reasons.codes import CODES
from models.recommender.reasons.reasons import reason_outputs
from models.recommender.recommender import Recommender

_BATCH = 512
Rows = npt.NDArray[np.int32]


@dataclasses.dataclass(frozen=True)
class Answers:
    """Rankings of customers.

    Attributes:
        lists: `[customers, 12]` article rows by ranking, best first, padded.
        scores: `[customers, 12]` float32 of the recommended ranking.
        channel_bits: `[customers, 12]` int32 bits of the channels that proposed each recommended article.
        reasons: outputs of `reason_outputs` for the recommended ranking, `[customers, 12, 3]` each; empty if they were
            not asked for.
    """

    lists: dict[str, Rows]
    scores: npt.NDArray[np.float32]
    channel_bits: Rows
    reasons: dict[str, npt.NDArray[np.generic]]


@dataclasses.dataclass(frozen=True)
class CandidateFeatures:
    """Candidates of customers with a past.

    Attributes:
        customers: positions of the customers among those who were asked for, ascending.
        article_rows: `[customers, candidates]` int32, padded.
        features: `[customers, candidates, features]` float32.
    """

    customers: npt.NDArray[np.int64]
    article_rows: Rows
    features: npt.NDArray[np.float32]


def ask(
    recommender: Recommender,
    customer_rows: Rows,
    on_batch: Callable[[int], None] = lambda n: None,
    *,
    explain: bool = False,
) -> Answers:
    """Ranks for customers, as the signature `judge` does for the Evaluator.

    The graph is run eagerly: for few batches, tracing it would take longer.

    Args:
        recommender: the judged recommender.
        customer_rows: `[customers]` int32.
        on_batch: called with the number of customers of each batch.
        explain: whether to ask for the reasons.
    """
    parts, of_reasons = [], []
    for start in range(0, len(customer_rows), _BATCH):
        query = recommender.query(tf.constant(customer_rows[start : start + _BATCH]))
        answer = recommender.recommend(query, K, explain=explain)
        if answer.reasons is not None:
            outputs = reason_outputs(answer.reasons, recommender.state, tf.constant([*CODES, ""]))
            of_reasons.append({name: values.numpy() for name, values in outputs.items()})
        own, popular = baselines.own_purchases(query, K), baselines.popular(query, K)
        rows = (answer.article_rows, own, popular, answer.scores, answer.channel_bits)
        parts.append([values.numpy() for values in rows])
        on_batch(len(parts[-1][0]))
    recommended, own, popular, scores, bits = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    lists = {RECOMMENDED: recommended, OWN_PURCHASES: own, POPULAR: popular}
    names = of_reasons[0] if of_reasons else ()
    return Answers(lists, scores, bits, {name: np.concatenate([each[name] for each in of_reasons]) for name in names})


def candidate_features(recommender: Recommender, customer_rows: Rows, max_customers: int) -> CandidateFeatures:
    """Computes candidates and their features, of the customers for whom the network ranks.

    Args:
        recommender: the judged recommender.
        customer_rows: `[customers]` int32.
        max_customers: number of customers with a past that are enough.
    """
    query = recommender.query(tf.constant(customer_rows))
    with_past = np.flatnonzero(query.has_interests.numpy())[:max_customers]
    query = recommender.query(tf.constant(customer_rows[with_past]))
    candidates = recommender.candidates(query)
    features = recommender.features(query, candidates.article_rows)
    return CandidateFeatures(with_past, candidates.article_rows.numpy(), features.numpy())
