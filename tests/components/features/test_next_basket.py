"""The linear next basket equals a dense ridge regression, and learns only from weeks before the day."""

import numpy as np
import pytest

from components.features.config import FeaturesConfig
from components.features.next_basket import NextBasket
from components.features.purchases import Purchases

CONFIG = FeaturesConfig(half_life_days=20.0)
ARTICLES, CUSTOMERS, AS_OF = 7, 9, 100


def random_purchases(seed=0, count=150):
    draw = np.random.default_rng(seed)
    rows = np.unique(
        np.stack(
            [draw.integers(0, CUSTOMERS, count), draw.integers(60, 115, count), draw.integers(0, ARTICLES, count)], 1
        ),
        axis=0,
    )
    return Purchases(*(rows[:, i].astype(np.int32) for i in (0, 2, 1)))


def dense_weights(purchases, as_of):
    """The weights `[articles, articles]` by the formula, with loops over customers and weeks."""
    gram, moment = np.zeros((ARTICLES, ARTICLES)), np.zeros((ARTICLES, ARTICLES))
    for day in range(as_of - 7 * ((as_of - 60) // 7 - 1), as_of, 7):
        gram, moment = 0.95 * gram, 0.95 * moment
        for customer in range(CUSTOMERS):
            own = purchases.customer_rows == customer
            past, bought = np.zeros(ARTICLES), np.zeros(ARTICLES)
            for article, bought_on in zip(purchases.article_rows[own], purchases.days[own], strict=True):
                if bought_on < day:
                    past[article] += 0.5 ** ((day - bought_on) / 20) + 0.05
                elif bought_on < day + 7:
                    bought[article] = 1
            past = np.minimum(past, 2)
            past /= np.linalg.norm(past) or 1
            if bought.any():
                gram += np.outer(past, past) / np.sqrt(bought.sum())
                moment += np.outer(past, bought) / np.sqrt(bought.sum())
    return np.linalg.solve(gram + np.eye(ARTICLES), moment)


def learned(purchases, config=CONFIG, count=ARTICLES, days=(AS_OF - 14, AS_OF)):
    model = NextBasket(purchases, days, config, 7)
    model.learn(AS_OF)
    return model.neighbours(AS_OF, count)


def as_matrix(table):
    found = np.zeros((ARTICLES, ARTICLES))
    found[table["article_row"].to_numpy(), table["neighbour_row"].to_numpy()] = table["score"].to_numpy()
    return found


@pytest.mark.parametrize("days", [(AS_OF,), (AS_OF - 14, AS_OF), (AS_OF - 14, AS_OF - 7, AS_OF, AS_OF + 7)])
def test_weights_equal_a_dense_ridge_regression_over_all_weeks(days):
    purchases = random_purchases()
    found = as_matrix(learned(purchases, days=days))
    np.testing.assert_allclose(found, dense_weights(purchases, AS_OF), rtol=1e-3, atol=1e-6)


def test_the_strongest_weights_are_kept_best_first():
    purchases = random_purchases()
    table, wanted = learned(purchases, count=3), dense_weights(purchases, AS_OF)
    for article in range(ARTICLES):
        own = table["article_row"].to_numpy() == article
        kept = np.argsort(-np.abs(wanted[article]))[:3]
        assert sorted(table["neighbour_row"].to_numpy()[own]) == sorted(kept)
        assert (np.diff(table["score"].to_numpy()[own]) <= 0).all()


def test_purchases_on_the_day_or_later_change_nothing():
    purchases = random_purchases()
    before = purchases.days < AS_OF
    kept = Purchases(*(column[before] for column in vars(purchases).values()))
    assert learned(purchases).equals(learned(kept))


def test_the_least_bought_articles_are_left_out_and_predict_nothing():
    purchases = random_purchases()
    counts = np.bincount(purchases.article_rows[purchases.days < AS_OF], minlength=ARTICLES)
    chosen = set(np.argsort(-counts, kind="stable")[:4])
    table = learned(purchases, CONFIG.replace(next_basket_articles=4))
    assert set(table["article_row"].to_pylist()) == chosen
    assert set(table["neighbour_row"].to_pylist()) == chosen


def test_articles_that_other_states_need_change_nothing():
    purchases, config = random_purchases(), CONFIG.replace(next_basket_articles=3, next_basket_window_days=10)
    wanted = learned(purchases, config, days=(AS_OF,))
    assert wanted.num_rows == 3 * 3
    assert learned(purchases, config, days=(AS_OF - 28, AS_OF - 14, AS_OF, AS_OF + 14)).equals(wanted)


def test_customers_beyond_the_limit_are_sampled_with_a_seed():
    config = CONFIG.replace(next_basket_customers=2)
    assert learned(random_purchases(), config).equals(learned(random_purchases(), config))
    assert not learned(random_purchases(), config).equals(learned(random_purchases()))


def test_without_a_past_there_are_no_neighbours():
    one_day = Purchases(np.array([0, 1], np.int32), np.array([0, 1], np.int32), np.array([99, 99], np.int32))
    assert learned(one_day).num_rows == 0
