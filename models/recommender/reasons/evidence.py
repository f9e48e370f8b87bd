"""The evidence for each reason: whether the tables of the state support it, and by which article or number.

The tables derive from the CSVs. A reason that they do not support is not given, whatever the score depends on.
"""

import dataclasses

import tensorflow as tf

from models.recommender.features.pairs import Pairs
from models.recommender.query import Query
from models.recommender.reasons.codes import CODES, GROUPS, VARIANTS
from models.recommender.reasons.seed_evidence import find_seed_evidence
from models.recommender.reasons.tables import UNRANKED
from models.recommender.state import ARTICLE_GROUPS, ARTICLE_NUMBERS

FAVOURITE_SHARE = 0.2  # of the strength of the customer's purchases; a department with this much is a favourite
_DEPARTMENT = ARTICLE_GROUPS.index("department_name")
_OF_GROUPS = [CODES.index(group) for group in GROUPS]
_OF_VARIANTS = [CODES.index(VARIANTS.get(group, group)) for group in GROUPS]


@dataclasses.dataclass(frozen=True)
class Evidence:
    """Evidence for each article and each of `codes.GROUPS`.

    Attributes:
        supported: `[batch, k, groups]` bool, false for padding.
        facts: `[batch, k, groups, 4]` int32, meaningless where nothing is supported: position of the code in
            `codes.CODES`; subject; count; days since the last purchase. The subject is an article row, or the number of
            articles + 1 + a position in the state's `reason_names`; the padding row for none. The count is that of days
            with a purchase, of customers who bought both, or the rank; 0 for none.
    """

    supported: tf.Tensor
    facts: tf.Tensor


def find_evidence(pairs: Pairs, positions: tf.Tensor, department_share: tf.Tensor, new_days: int) -> Evidence:
    """Finds the evidence for the best candidates.

    Args:
        pairs: customers with all their candidates.
        positions: `[batch, k]` int32 positions of the best among the candidates.
        department_share: `[batch, k]` float32, the feature `share_of_department` of the best.
        new_days: days since the first sale in which an article is new.
    """
    query, state = pairs.query, pairs.query.state
    rows = tf.gather(pairs.article_rows, positions, batch_dims=1)
    groups = tf.gather(state.article_groups, rows)
    seeds = find_seed_evidence(pairs, groups, positions)
    days_bought = tf.cast(tf.gather(pairs.own("days_bought"), positions, batch_dims=1), tf.int32)
    last_day = tf.cast(tf.gather(pairs.own("last_day"), positions, batch_dims=1), tf.int32)
    rank, at_age = _best_rank(query, rows)
    is_new_favourite = _is_new(query, rows, new_days) & (department_share >= FAVOURITE_SHARE)

    names = query.pad + 1
    age_name = names + state.group_sizes["department_name"] + query.segments[:, None] - 1
    none, zero, false = tf.fill(tf.shape(rows), query.pad), tf.zeros_like(rows), tf.zeros_like(at_age)
    of_groups = (
        ("supported", [days_bought > 0], seeds.supported, [rank < UNRANKED, is_new_favourite]),
        ("is_variant", [false], seeds.viewed, [at_age, false]),
        ("subject", [none], seeds.rows, [tf.where(at_age, age_name, none), names + groups[:, :, _DEPARTMENT]]),
    )
    supported, is_variant, subject = (
        tf.concat([tf.stack(first, 2), of_seeds, tf.stack(last, 2)], 2) for _, first, of_seeds, last in of_groups
    )
    code = tf.where(is_variant, tf.constant(_OF_VARIANTS), tf.constant(_OF_GROUPS))
    count = tf.stack([days_bought, seeds.customers, zero, zero, rank, zero], axis=2)
    days = tf.stack([state.as_of - last_day, zero, zero, zero, zero, zero], axis=2)
    facts = tf.stack([code, subject, count, days], axis=3)
    return Evidence(supported & (rows < query.pad)[:, :, None], facts)


def _best_rank(query: Query, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the better of the ranks among all customers and at the customer's age, and whether it is the latter.

    Both are `[batch, k]`, int32 and bool. The rank is `UNRANKED` if both lists lack the article.
    """
    ranks = tf.gather(query.state.popular_ranks, rows)
    of_all, of_age = ranks[:, :, 0], tf.gather(ranks, query.segments, axis=2, batch_dims=1)
    return tf.minimum(of_all, of_age), of_age < of_all


def _is_new(query: Query, rows: tf.Tensor, new_days: int) -> tf.Tensor:
    """Returns whether articles were first sold lately or never, and are no old launches: `[batch, k]` bool.

    Only a state with new arrivals (`arrivals.arrival_tables`) knows launches.
    """
    state = query.state
    first_day = tf.gather(state.article_numbers, rows)[:, :, ARTICLE_NUMBERS.index("first_day")]
    is_new = (first_day < 0) | (first_day >= tf.cast(state.as_of - new_days, tf.float32))
    return is_new & tf.gather(state.is_arrival, rows) if hasattr(state, "is_arrival") else is_new
