"""Baselines and the history of a query, compared with plain Python over the list of purchases."""

import numpy as np
import pytest
import tensorflow as tf

from models.recommender import baselines
from models.recommender.query import Query
from tests.tiny_shop import ARTICLES, CUSTOMERS, FEATURES, article_row, customer_id, purchases

ALL_CUSTOMERS = tf.range(CUSTOMERS + 1)


def past(customer: int, end: int) -> dict[int, list[int]]:
    """Returns the days on which a customer bought each article."""
    days: dict[int, set] = {}
    for day, name, article, _ in purchases():
        if name == customer_id(customer) and day < end:
            days.setdefault(article_row(article), set()).add(day)
    return {row: sorted(each) for row, each in days.items()}


def popular(end: int) -> list[int]:
    window = FEATURES.popular_window_days
    short: dict[int, set] = {}
    long: dict[int, set] = {}
    for day, name, article, _ in purchases():
        if end - 4 * window <= day < end:
            long.setdefault(article_row(article), set()).add(name)
            if day >= end - window:
                short.setdefault(article_row(article), set()).add(name)
    order = sorted(long, key=lambda row: (-len(short.get(row, ())), -len(long[row]), row))
    return order[: FEATURES.popular_length]


def test_popular_is_equal_for_all_customers_and_ordered_by_buyers(recommender, tiny):
    found = baselines.popular(recommender.query(ALL_CUSTOMERS), 12).numpy()
    assert (found == popular(tiny.calendar.end)).all()


def test_popular_is_padded_if_there_are_too_few_articles(recommender):
    found = baselines.popular(recommender.query(ALL_CUSTOMERS), 40).numpy()
    assert found.shape == (CUSTOMERS + 1, 40)
    assert (found[:, FEATURES.popular_length :] == ARTICLES).all()


def test_own_purchases_are_most_frequent_first_then_popular(recommender, tiny):
    end, half_life = tiny.calendar.end, FEATURES.half_life_days
    found = baselines.own_purchases(recommender.query(ALL_CUSTOMERS), 12).numpy()
    for customer in range(CUSTOMERS + 1):
        bought = past(customer, end)
        strength = {row: round(sum(0.5 ** ((end - d) / half_life) for d in days), 9) for row, days in bought.items()}
        own = sorted(bought, key=lambda row: (-len(bought[row]), -bought[row][-1], -strength[row], row))
        wanted = [*own[:12], *(row for row in popular(end) if row not in own[:12])][:12]
        assert found[customer].tolist() == wanted
        assert len(set(wanted)) == 12


def test_the_unknown_customer_gets_popular_articles(recommender):
    query = recommender.query(tf.constant([CUSTOMERS]))
    np.testing.assert_array_equal(baselines.own_purchases(query, 12), baselines.popular(query, 12))


def test_the_history_of_a_query_equals_the_purchases(recommender, tiny):
    query = recommender.query(ALL_CUSTOMERS)
    rows, days = query.history_rows.numpy(), query.history("days_bought").numpy()
    last, first = query.history("last_day").numpy(), query.history("first_day").numpy()
    for customer in range(CUSTOMERS + 1):
        known = past(customer, tiny.calendar.end)
        real = rows[customer] < ARTICLES
        assert set(rows[customer][real]) == set(known)
        assert not real[len(known) :].any()
        for at, row in enumerate(rows[customer][real]):
            assert (days[customer, at], first[customer, at], last[customer, at]) == (
                len(known[row]),
                known[row][0],
                known[row][-1],
            )


def test_seeds_begin_with_the_viewed_articles(recommender):
    looked = tf.constant([[7, ARTICLES], [ARTICLES, ARTICLES]])
    rows, weights = recommender.query(tf.constant([0, CUSTOMERS]), looked).seeds
    assert rows[0, :2].numpy().tolist() == [7, ARTICLES]
    assert weights[0, :2].numpy().tolist() == [1.0, 0.0]
    assert (weights[1].numpy() == 0).all()


def test_segments_of_the_request_replace_those_of_the_state(recommender):
    query = recommender.query(tf.constant([0, 0]))
    given = Query(query.state, query.customer_rows, query.embeddings, 5, segments=tf.constant([6, -1]))
    known = int(query.state.customer_segments[0])
    assert given.segments.numpy().tolist() == [6, known]


@pytest.mark.parametrize("k", [1, 5, 20])
def test_recommend_returns_k_articles_by_descending_score(recommender, k):
    answer = recommender.recommend(recommender.query(ALL_CUSTOMERS), k)
    assert answer.article_rows.shape == (CUSTOMERS + 1, k)
    scores = answer.scores.numpy()
    real = answer.article_rows.numpy() < ARTICLES
    assert (np.diff(np.where(real, scores, -1e9), axis=1) <= 0).all()


def test_only_the_second_answer_leaves_out_bought_articles(recommender):
    query = recommender.query(ALL_CUSTOMERS)
    everything, new = recommender.recommend_all_and_new(query, 12)
    history = query.history_rows.numpy()
    mixed = 0
    for own, first, second in zip(history, everything.article_rows.numpy(), new.article_rows.numpy(), strict=True):
        known = set(own) - {ARTICLES}
        mixed += len(known & set(first))
        assert not known & set(second)
        assert [row for row in first if row not in known] == list(second[: len(set(first) - known)])
    assert mixed > 0
