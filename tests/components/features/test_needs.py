"""The need model equals a regression on pairs built with loops, and the graph computes the inputs it was fitted on."""

import math

import numpy as np
import pyarrow as pa
import pytest
import scipy.optimize
import tensorflow as tf

from components.features import need_model
from components.features.config import FeaturesConfig
from components.features.duckdb_engine import DuckDbEngine
from components.features.group_history import GroupHistory
from components.features.need_model import NeedModel, pair_inputs
from components.features.needs import read_groups
from components.features.next_basket import FORGETTING, RIDGE
from components.features.purchases import Purchases, read_purchases
from components.features.states import prepare
from models.recommender.needs import need_facts, need_probabilities
from models.recommender.query import Query
from models.recommender.state import State, load_tables
from tests import tiny_shop
from transforms.group_codes import group_codes
from transforms.needs import NEED_INPUTS, NEED_KINDS, need_inputs

CONFIG = FeaturesConfig(half_life_days=20.0)
CUSTOMERS, ARTICLES, GROUPS, AS_OF = 9, 8, 3, 100
CODES = np.array([0, 1, 2, 0, 1, 2, 0, -1], np.int32)  # of each article; the last one has no group


def random_purchases(seed=0, count=150, first=60, end=115):
    draw = np.random.default_rng(seed)
    columns = [draw.integers(0, CUSTOMERS, count), draw.integers(first, end, count), draw.integers(0, ARTICLES, count)]
    rows = np.unique(np.stack(columns, 1), axis=0)
    return Purchases(*(rows[:, i].astype(np.int32) for i in (0, 2, 1)))


def model_of(purchases, days=(AS_OF,), codes=CODES, groups=GROUPS):
    return NeedModel(purchases, codes, groups, days, CONFIG, 7)


def tables(purchases, **changed):
    model = model_of(purchases, **changed)
    model.learn(AS_OF)
    return model.tables(AS_OF)


def rows_of(purchases, customer):
    own = purchases.customer_rows == customer
    return list(zip(purchases.days[own].tolist(), purchases.article_rows[own].tolist(), strict=True))


def popularity(purchases, day, group, weeks):
    """Log share of buyers, summed week by week with loops."""
    buyers = active = 0
    for start in range(day - 7 * weeks, day, 7):
        for customer in range(CUSTOMERS):
            bought = [article for on, article in rows_of(purchases, customer) if start <= on < start + 7]
            active += bool(bought)
            buyers += any(CODES[article] == group for article in bought)
    return math.log((buyers + 1) / (active + 10))


def looped_inputs(purchases, customer, group, day, score):
    """The inputs of one pair, by their definitions."""
    past = [(on, article) for on, article in rows_of(purchases, customer) if on < day]
    baskets = sorted({on for on, _ in past})
    later = {on: len(baskets) - 1 - i for i, on in enumerate(baskets)}
    of_group = [on for on, article in past if CODES[article] == group]
    strength = sum(0.5 ** ((day - on) / 20) for on in of_group)
    ownership = sum(0.85 ** later[on] for on in of_group)
    shares = [popularity(purchases, day, group, weeks) for weeks in (1, 4, 13)]
    rate = math.log(ownership / sum(0.85**i for i in range(len(baskets))) + 0.02)
    number, size = math.log1p(len(baskets)), math.log(len(past) / len(baskets))
    since = math.log1p(day - baskets[-1])
    gap = math.log1p((baskets[-1] - baskets[0]) / max(len(baskets) - 1, 1))
    base = [math.log1p(10 * strength), rate, math.log1p(day - max(of_group)) if of_group else 0.0]
    base += [math.log(max(score, 0) + 0.02), *shares, number, size, since, gap]
    popular = shares[1]
    crosses = [rate * popular, rate * size, rate * number, rate * rate]
    return [*base, *crosses, popular * popular, popular * size, popular * number, since * gap]


def next_basket_scores(purchases, day, customer, first_as_of=AS_OF):
    """Scores of the groups by a dense ridge regression with loops; the last place is "no group"."""
    codes = np.where(CODES < 0, GROUPS, CODES)
    gram, moment = np.zeros((GROUPS + 1,) * 2), np.zeros((GROUPS + 1,) * 2)

    def past_of(buyer, before):
        past = np.zeros(GROUPS + 1)
        for on, article in rows_of(purchases, buyer):
            if on < before:
                past[codes[article]] += 0.5 ** ((before - on) / 20) + 0.05
        past = np.minimum(past, 2)
        return past / (np.linalg.norm(past) or 1)

    first = purchases.days.min()
    for week in range(first_as_of - 7 * ((first_as_of - first) // 7 - 1), day, 7):
        gram, moment = FORGETTING * gram, FORGETTING * moment
        for buyer in range(CUSTOMERS):
            bought = np.zeros(GROUPS + 1)
            bought[[codes[article] for on, article in rows_of(purchases, buyer) if week <= on < week + 7]] = 1
            if bought.any():
                past = past_of(buyer, week)
                gram += np.outer(past, past) / np.sqrt(bought.sum())
                moment += np.outer(past, bought) / np.sqrt(bought.sum())
    return past_of(customer, day) @ np.linalg.solve(gram + RIDGE * np.eye(GROUPS + 1), moment)


def test_the_weights_equal_a_regression_on_pairs_built_with_loops():
    purchases = random_purchases(count=260)
    x, y = [], []
    for day in range(AS_OF - 35, AS_OF, 7):  # the weeks with a past
        for customer in range(CUSTOMERS):
            owned = rows_of(purchases, customer)
            if not any(on < day for on, _ in owned):
                continue
            scores = next_basket_scores(purchases, day, customer)
            for group in range(GROUPS):
                x.append(looped_inputs(purchases, customer, group, day, scores[group]))
                y.append(any(day <= on < day + 7 and CODES[article] == group for on, article in owned))
    x, y = np.array(x), np.array(y, float)
    spread = x.std(axis=0)

    def loss(trial):
        odds = (x - x.mean(axis=0)) / spread @ trial[:-1] + trial[-1]
        return (np.logaddexp(0, odds) - y * odds).sum() + (trial[:-1] ** 2).sum() / 2

    wanted = scipy.optimize.minimize(loss, np.zeros(x.shape[1] + 1), tol=1e-9).x[:-1]
    np.testing.assert_allclose(tables(purchases).weights * spread, wanted, atol=5e-3)


def test_popularity_is_the_share_of_buyers_week_by_week():
    purchases = random_purchases()
    wanted = [[popularity(purchases, AS_OF, group, weeks) for group in range(GROUPS)] for weeks in (1, 4, 13)]
    np.testing.assert_allclose(tables(purchases).popularity, wanted)


def test_purchases_on_the_day_or_later_change_nothing():
    purchases = random_purchases()
    before = purchases.days < AS_OF
    kept = Purchases(purchases.customer_rows[before], purchases.article_rows[before], purchases.days[before])
    assert_equal(tables(purchases), tables(kept))


def test_a_state_does_not_depend_on_the_earlier_states_of_a_run():
    purchases = random_purchases()
    several = model_of(purchases, days=(AS_OF - 14, AS_OF - 7, AS_OF))
    for day in (AS_OF - 14, AS_OF - 7, AS_OF):
        several.learn(day)
        found = several.tables(day)
    np.testing.assert_allclose(found.weights, tables(purchases).weights, rtol=1e-5)


def test_samples_are_drawn_with_a_seed_and_stand_for_all(monkeypatch):
    purchases = random_purchases(count=260)
    full = tables(purchases)
    monkeypatch.setattr(need_model, "CUSTOMERS", 3)
    monkeypatch.setattr(need_model, "OTHER_GROUPS", 1)
    assert_equal(tables(purchases), tables(purchases))
    assert not np.array_equal(tables(purchases).weights, full.weights)


def test_without_weeks_to_learn_from_the_need_is_the_popularity():
    found = tables(random_purchases(first=96, end=100))
    assert found.intercept == 0
    assert dict(zip(NEED_INPUTS, found.weights, strict=True)) == {name: name == "popularity_4w" for name in NEED_INPUTS}


def test_three_weeks_of_purchases_are_enough():
    found = tables(random_purchases(first=AS_OF - 21, end=AS_OF))
    assert np.isfinite(found.weights).all()
    assert np.abs(found.weights).max() > 0


def test_one_group_and_no_group():
    purchases = random_purchases()
    assert np.isfinite(tables(purchases, codes=np.zeros(ARTICLES, np.int32), groups=1).weights).all()
    nothing = tables(purchases, codes=np.full(ARTICLES, -1, np.int32), groups=0)
    assert nothing.popularity.shape == (3, 0)


def test_a_group_that_is_due_is_more_likely():
    """Each customer buys one group every week; the model finds it among three equally popular ones."""
    rows = [(customer, day, customer % 3) for customer in range(CUSTOMERS) for day in range(51, AS_OF, 7)]
    purchases = Purchases(*(np.array(rows, np.int32)[:, i] for i in (0, 2, 1)))
    found = tables(purchases)
    customers = np.arange(CUSTOMERS, dtype=np.int32)
    history = GroupHistory.read(purchases, customers, AS_OF, CODES % 4, GROUPS + 1, CONFIG)
    keys = np.array([customer * (GROUPS + 1) + group for customer in range(CUSTOMERS) for group in range(GROUPS)])
    odds = pair_inputs(history, keys, found.popularity, found.neighbours) @ found.weights + found.intercept
    probability = 1 / (1 + np.exp(-odds)).reshape(CUSTOMERS, GROUPS)
    assert (probability.argmax(axis=1) == customers % 3).all()
    assert probability.max(axis=1).min() > 0.8
    assert np.median(probability) < 0.2


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The tiny shop: folder of its states, purchases and groups. Histories are cut at five articles."""
    root, day = tmp_path_factory.mktemp("needs"), tiny_shop.FIRST_DAY + 49
    articles = tiny_shop.raw_articles()
    articles[4]["product_type_name"] = None
    tiny_shop.write_tables(root / "tables", articles, tiny_shop.raw_customers(), tiny_shop.purchases())
    config = tiny_shop.FEATURES.replace(history_length=5)
    tiny_shop.write_states(root / "tables", root / "states", [day], config)
    engine = DuckDbEngine(root)
    prepare(engine, root / "tables", root / "states")
    purchases, groups = read_purchases(engine), read_groups(engine)
    engine.close()
    return State(load_tables(root / "states", day)), purchases, groups, config, day


@pytest.mark.parametrize("kind", NEED_KINDS)
def test_the_graph_computes_the_inputs_that_the_model_was_fitted_on(shop, kind):
    state, purchases, groups, config, day = shop
    codes, names = group_codes(groups[kind])
    model = NeedModel(purchases, codes, len(names), [day], config, tiny_shop.LABEL_DAYS)
    model.learn(day)
    fitted = model.tables(day)
    customers = np.unique(purchases.customer_rows[purchases.days < day])
    history = GroupHistory.read(
        purchases, customers, day, np.where(codes < 0, len(names), codes), len(names) + 1, config
    )
    keys = (np.arange(len(customers))[:, None] * (len(names) + 1) + np.arange(len(names))).ravel()
    wanted = pair_inputs(history, keys, fitted.popularity, fitted.neighbours)

    query = Query(state, tf.constant(customers), tf.zeros([len(customers), 1]), history_length=160)
    found = need_inputs(tf.math, need_facts(query, kind))
    assert tuple(found) == NEED_INPUTS
    shape = [len(customers), len(names)]
    for i, (name, values) in enumerate(found.items()):
        values = tf.broadcast_to(values, shape).numpy().ravel()
        np.testing.assert_allclose(values, wanted[:, i], rtol=1e-4, atol=1e-4, err_msg=name)

    probability = 1 / (1 + np.exp(-(wanted @ fitted.weights + fitted.intercept)))
    np.testing.assert_allclose(need_probabilities(query, kind).numpy().ravel(), probability, rtol=2e-3, atol=1e-5)


def test_customers_without_a_purchase_get_the_popularity(shop):
    state, purchases, groups, _, day = shop
    new = tiny_shop.CUSTOMERS - 1
    query = Query(state, tf.constant([new, state.num_customers]), tf.zeros([2, 1]), history_length=160)
    found = need_probabilities(query, "product_type_name").numpy()
    codes, names = group_codes(groups["product_type_name"])
    shares = []
    for group in range(len(names)):
        buyers = active = 0
        for start in range(day - 28, day, 7):
            week = (purchases.days >= start) & (purchases.days < start + 7)
            active += len(set(purchases.customer_rows[week]))
            buyers += len(set(purchases.customer_rows[week & (codes[purchases.article_rows] == group)]))
        shares.append((buyers + 1) / (active + 10))
    np.testing.assert_allclose(found, [shares, shares], rtol=1e-5)


def test_a_catalogue_without_types_has_no_needs(tmp_path):
    day = tiny_shop.FIRST_DAY + 49
    articles = [{**row, "product_type_name": None, "garment_group_name": "All"} for row in tiny_shop.raw_articles()]
    tiny_shop.write_tables(tmp_path / "tables", articles, tiny_shop.raw_customers(), tiny_shop.purchases())
    tiny_shop.write_states(tmp_path / "tables", tmp_path / "states", [day])
    state = State(load_tables(tmp_path / "states", day))
    query = Query(state, tf.constant([0, 1, tiny_shop.CUSTOMERS - 1]), tf.zeros([3, 1]), history_length=160)
    assert need_probabilities(query, "product_type_name").shape == (3, 0)
    only = need_probabilities(query, "garment_group_name").numpy()
    assert only.shape == (3, 1)
    assert ((only > 0) & (only < 1)).all()


def assert_equal(found, wanted):
    assert found.intercept == wanted.intercept
    np.testing.assert_array_equal(found.weights, wanted.weights)
    np.testing.assert_array_equal(found.popularity, wanted.popularity)
    assert found.neighbours.equals(wanted.neighbours)
    assert isinstance(found.neighbours, pa.Table)
