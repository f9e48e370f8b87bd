"""The simple recommenders against plain Python over the list of purchases; the query's view of the past."""

import numpy as np
import pytest
import tensorflow as tf

from models.recommender import baselines
from models.recommender.query import Query
from tests.tiny_shop import ARTICLES, CUSTOMERS, FEATURES, customer_id, purchases

EVERYBODY = tf.range(CUSTOMERS + 1)


def row_of(article: str) -> int:
    return (int(article[:7]) - 100) * 3 + int(article[7:])


def past(customer: int, end: int) -> dict[int, list[int]]:
    """Days on which the customer bought each article."""
    days: dict[int, set] = {}
    for day, name, article, _ in purchases():
        if name == customer_id(customer) and day < end:
            days.setdefault(row_of(article), set()).add(day)
    return {row: sorted(each) for row, each in days.items()}


def popular(end: int) -> list[int]:
    window = FEATURES.popular_window_days
    short: dict[int, set] = {}
    long: dict[int, set] = {}
    for day, name, article, _ in purchases():
        if end - 4 * window <= day < end:
            long.setdefault(row_of(article), set()).add(name)
            if day >= end - window:
                short.setdefault(row_of(article), set()).add(name)
    order = sorted(long, key=lambda row: (-len(short.get(row, ())), -len(long[row]), row))
    return order[: FEATURES.popular_length]


def test_popular_is_the_same_for_all_and_ordered_by_customers(recommender, tiny):
    found = baselines.popular(recommender.query(EVERYBODY), 12).numpy()
    assert (found == popular(tiny.calendar.end)).all()


def test_popular_is_padded_where_the_shop_has_fewer(recommender):
    found = baselines.popular(recommender.query(EVERYBODY), 40).numpy()
    assert found.shape == (CUSTOMERS + 1, 40)
    assert (found[:, FEATURES.popular_length :] == ARTICLES).all()


def test_own_purchases_come_most_frequent_first_and_popular_ones_behind(recommender, tiny):
    end, half_life = tiny.calendar.end, FEATURES.half_life_days
    found = baselines.own_purchases(recommender.query(EVERYBODY), 12).numpy()
    for customer in range(CUSTOMERS + 1):
        bought = past(customer, end)
        strength = {row: round(sum(0.5 ** ((end - d) / half_life) for d in days), 9) for row, days in bought.items()}
        own = sorted(bought, key=lambda row: (-len(bought[row]), -bought[row][-1], -strength[row], row))
        wanted = [*own[:12], *(row for row in popular(end) if row not in own[:12])][:12]
        assert found[customer].tolist() == wanted
        assert len(set(wanted)) == 12


def test_a_customer_nobody_knows_gets_what_is_popular(recommender):
    query = recommender.query(tf.constant([CUSTOMERS]))
    np.testing.assert_array_equal(baselines.own_purchases(query, 12), baselines.popular(query, 12))


def test_the_history_of_a_query_is_what_was_bought(recommender, tiny):
    query = recommender.query(EVERYBODY)
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


def test_seeds_put_what_was_looked_at_in_front(recommender):
    looked = tf.constant([[7, ARTICLES], [ARTICLES, ARTICLES]])
    rows, weights = recommender.query(tf.constant([0, CUSTOMERS]), looked).seeds
    assert rows[0, :2].numpy().tolist() == [7, ARTICLES]
    assert weights[0, :2].numpy().tolist() == [1.0, 0.0]
    assert (weights[1].numpy() == 0).all()


def test_given_segments_replace_those_of_the_state_where_they_are_given(recommender):
    query = recommender.query(tf.constant([0, 0]))
    given = Query(query.state, query.customers, query.embeddings, 5, segments=tf.constant([6, -1]))
    known = int(query.state.customer_segments[0])
    assert given.segments.numpy().tolist() == [6, known]


@pytest.mark.parametrize("k", [1, 5, 20])
def test_recommend_answers_k_by_falling_score(recommender, k):
    answer = recommender.recommend(recommender.query(EVERYBODY), k)
    assert answer.rows.shape == (CUSTOMERS + 1, k)
    scores = answer.scores.numpy()
    real = answer.rows.numpy() < ARTICLES
    assert (np.diff(np.where(real, scores, -1e9), axis=1) <= 0).all()


def test_what_was_bought_is_left_out_of_the_second_answer_alone(recommender):
    query = recommender.query(EVERYBODY)
    everything, new = recommender.recommend_both_ways(query, 12)
    history = query.history_rows.numpy()
    mixed = 0
    for own, first, second in zip(history, everything.rows.numpy(), new.rows.numpy(), strict=True):
        known = set(own) - {ARTICLES}
        mixed += len(known & set(first))
        assert not known & set(second)
        assert [row for row in first if row not in known] == list(second[: len(set(first) - known)])
    assert mixed > 0
