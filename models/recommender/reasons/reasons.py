"""The reasons of recommended articles: supported by the data, and with an effect on the score."""

import dataclasses

import tensorflow as tf

from models.recommender import features
from models.recommender.features.pairs import Pairs
from models.recommender.reasons.codes import CODES
from models.recommender.reasons.evidence import find_evidence
from models.recommender.reasons.leave_out import LeaveOut

MAX_REASONS = 3
MIN_FALL = 1e-3  # smaller falls of the score are rounding
NO_CODE = len(CODES)


@dataclasses.dataclass(frozen=True)
class Reasons:
    """At most three reasons of each article, the one that the score depends on most first.

    Attributes:
        codes: `[batch, k, MAX_REASONS]` int32 positions in `codes.CODES`; `NO_CODE` for none.
        subjects: `[batch, k, MAX_REASONS]` int32, see `evidence.Evidence`.
        counts: `[batch, k, MAX_REASONS]` int32 counts or ranks, see `evidence.Evidence`; 0 for none.
        days: `[batch, k, MAX_REASONS]` int32 days since the last purchase; 0 for none.
    """

    codes: tf.Tensor
    subjects: tf.Tensor
    counts: tf.Tensor
    days: tf.Tensor


def find_reasons(
    leave_out: LeaveOut,
    pairs: Pairs,
    values: tf.Tensor,
    positions: tf.Tensor,
    scores: tf.Tensor,
    new_days: int,
) -> Reasons:
    """Finds the reasons of the best candidates.

    Args:
        leave_out: scores articles without a group of features.
        pairs: customers with all their candidates.
        values: `[batch, candidates, features]` float32 features of all candidates.
        positions: `[batch, k]` int32 positions of the best among the candidates.
        scores: `[batch, k]` float32 scores of the best.
        new_days: days since the first sale in which an article is new.
    """
    of_best = tf.gather(values, positions, batch_dims=1)
    share = of_best[:, :, features.NAMES.index("share_of_department")]
    evidence = find_evidence(pairs, positions, share, new_days)
    falls = leave_out.falls(pairs, positions, of_best, scores, evidence.supported)
    largest, groups = tf.math.top_k(falls, MAX_REASONS)
    none = tf.stack([NO_CODE, pairs.query.pad, 0, 0])
    facts = tf.gather(evidence.facts, groups, batch_dims=2)
    return Reasons(*tf.unstack(tf.where(largest[..., None] >= MIN_FALL, facts, none), axis=3))


def reason_outputs(reasons: Reasons, state, names: tf.Tensor) -> dict[str, tf.Tensor]:
    """Returns the reasons as outputs of a signature.

    Args:
        reasons: the reasons.
        state: state of the recommender.
        names: `[len(CODES) + 1]` string, the codes and "".

    Returns:
        `reason_codes`, `reason_subjects` string and `reason_counts`, `reason_days` int32, `[batch, k, MAX_REASONS]`.
        The subject is the id of an article, the name of a department, or an age such as "23-27"; "" for none.
    """
    first_name = state.num_articles + 1
    is_name = reasons.subjects >= first_name
    of_names = tf.gather(state.reason_names, tf.where(is_name, reasons.subjects - first_name, 0))
    of_articles = tf.gather(state.article_ids, tf.where(is_name, state.num_articles, reasons.subjects))
    return {
        "reason_codes": tf.gather(names, reasons.codes),
        "reason_subjects": tf.where(is_name, of_names, of_articles),
        "reason_counts": reasons.counts,
        "reason_days": reasons.days,
    }
