"""Reasons of the tiny shop's recommendations, recomputed from its purchases."""

import numpy as np
import pytest
import tensorflow as tf

from models.recommender import features
from models.recommender.candidates import fill_up
from models.recommender.reasons.codes import CODES, GROUPS, VARIANTS
from models.recommender.reasons.reasons import MAX_REASONS, MIN_FALL, NO_CODE, reason_outputs
from models.recommender.rules import Rules
from serving.client import Reason
from tests.reason_audit import ReasonAudit
from tests.tiny_shop import (
    ARTICLES,
    CUSTOMERS,
    FEATURES,
    article_id,
    customer_id,
    purchases,
    raw_articles,
    raw_customers,
)

K = 20
GROUP_OF = {variant: group for group, variant in VARIANTS.items()}


class Explained:
    """The outputs of an answer with reasons."""

    def __init__(self, recommender, query, rules=None):
        self.answer = recommender.recommend(query, K, rules, explain=True)
        self.rows = self.answer.article_rows.numpy()
        outputs = reason_outputs(self.answer.reasons, recommender.state, tf.constant([*CODES, ""]))
        self.outputs = {name: values.numpy() for name, values in outputs.items()}

    def reasons(self, customer, rank):
        rows = zip(*(values[customer, rank].tolist() for values in self.outputs.values()), strict=True)
        return [Reason(code.decode(), subject.decode(), *numbers) for code, subject, *numbers in rows if code]

    def places(self):
        return zip(*np.nonzero(self.rows < ARTICLES), strict=True)


@pytest.fixture(scope="module")
def query(recommender):
    return recommender.query(tf.range(CUSTOMERS))


@pytest.fixture(scope="module")
def explained(recommender, query):
    return Explained(recommender, query)


@pytest.fixture(scope="module")
def audit(tiny, recommender):
    return ReasonAudit(
        [{"product_code": row["article_id"][:7], **row} for row in raw_articles()],
        raw_customers(),
        [(day, customer, article) for day, customer, article, _ in purchases()],
        end=tiny.calendar.end,
        config=FEATURES,
        new_arrival_days=recommender.config.new_arrival_days,
    )


@pytest.mark.parametrize("code", [code for code in CODES if "viewed" not in code])
def test_the_purchases_support_each_reason_with_its_evidence(explained, audit, code):
    found = [
        (customer_id(customer), article_id(explained.rows[customer, rank]), reason)
        for customer, rank in explained.places()
        for reason in explained.reasons(customer, rank)
        if reason.code == code
    ]
    assert found
    assert [each for each in found if not audit.is_supported(*each)] == []


def test_an_article_of_an_old_launch_is_not_new(recommender, query):
    before = recommender.state.is_arrival.numpy()
    recommender.state.is_arrival.assign(np.zeros_like(before))
    try:
        codes = Explained(recommender, query).outputs["reason_codes"]
    finally:
        recommender.state.is_arrival.assign(before)
    assert b"new_in_department" not in codes


def test_leaving_out_the_features_of_a_reason_lowers_the_score(explained, query, recommender):
    """The features of a group are replaced by their mean in the trained network itself; falls are in order."""
    answer = explained.answer
    candidates = fill_up(recommender.candidates(query), query, recommender.config, K, None).article_rows
    values = tf.gather(recommender.features(query, candidates), answer.positions, batch_dims=1).numpy()
    falls = {}
    for group in GROUPS:
        of_group = np.array([name.removesuffix("_in_list") in features.REASON_GROUPS[group] for name in features.NAMES])
        without = np.where(of_group, recommender.ranker.mean, values)
        falls[group] = answer.scores.numpy() - recommender.ranker(without).numpy()
    has_past = query.has_interests.numpy()
    for customer, rank in explained.places():
        codes = [reason.code for reason in explained.reasons(customer, rank)]
        found = [falls[GROUP_OF.get(code, code)][customer, rank] for code in codes]
        if has_past[customer]:
            assert all(fall > MIN_FALL - 1e-4 for fall in found)
            assert np.all(np.diff(found) < 1e-4)
    assert has_past.any()


def test_customers_without_a_past_get_popular_articles(explained, query):
    strangers = np.flatnonzero(~query.has_interests.numpy())
    codes = {reason.code for c in strangers for rank in range(12) for reason in explained.reasons(c, rank)}
    assert codes == {"popular_now", "popular_at_age"}


def test_viewed_articles_are_not_called_bought(recommender):
    query = recommender.query(tf.constant([CUSTOMERS]), viewed_rows=tf.constant([[ARTICLES, 3]]))
    explained = Explained(recommender, query)
    found = [reason for rank in range(K) for reason in explained.reasons(0, rank)]
    of_viewed = [reason for reason in found if "viewed" in reason.code]
    assert of_viewed
    assert {reason.subject for reason in of_viewed} == {article_id(3)}
    assert not {"bought_before", "bought_together", "other_colour", "like_bought"} & {reason.code for reason in found}


def test_at_most_three_reasons_and_none_for_padding(recommender):
    excluded = tf.tile(tf.range(ARTICLES - 1)[None, :], [2, 1])
    answer = Explained(recommender, recommender.query(tf.range(2)), Rules(excluded)).answer
    reasons = answer.reasons
    assert reasons.codes.shape == (2, K, MAX_REASONS)
    assert answer.article_rows[0].numpy().tolist() == [ARTICLES - 1] + [ARTICLES] * (K - 1)
    for values, empty in (
        (reasons.codes, NO_CODE),
        (reasons.subjects, ARTICLES),
        (reasons.counts, 0),
        (reasons.days, 0),
    ):
        assert (values[:, 1:].numpy() == empty).all()


def test_an_answer_has_no_reasons_unless_asked(recommender):
    assert recommender.recommend(recommender.query(tf.range(2)), 3).reasons is None
