"""Features of one customer's candidates, compared with values worked out by hand from ten purchases.

u bought A on days 40 and 99 (two on that day) and B on day 99; v bought A and C, w bought A, B and C; nobody bought D.
"""

import ast
import inspect
import math

import numpy as np
import pytest
import tensorflow as tf

from components.features.config import FeaturesConfig
from models.recommender import features
from models.recommender.features import article, customer, needs, outlook, pair, pairs, rebuys, style
from models.recommender.features.pairs import Pairs
from models.recommender.features.registry import Registry
from models.recommender.features.relative import RANKED, standardise_in_list
from models.recommender.query import Query
from models.recommender.state import State, load_tables
from tests.ten_purchases import ARTICLES, AS_OF, CUSTOMERS, PURCHASES
from tests.tiny_shop import write_states, write_tables
from transforms.needs import NEED_INPUTS

U, UNKNOWN = 0, 4
A, B, C, D, PAD = range(5)
EMBEDDINGS = [[0.6, 0.8], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, 0.0]]
CONFIG = FeaturesConfig(half_life_days=10.0, together_shrinkage=1.0)
SEED_A, SEED_B = math.sqrt(1 / 64 + 0.5**0.1), math.sqrt(0.5**0.1)  # weights of u's seeds: square root of the strength
SHARE_A = SEED_A**2 / (SEED_A**2 + SEED_B**2)
TOGETHER = 2 / (math.sqrt(6) + 1)
# The past of u as the next basket reads it: capped strengths of A and B, of unit length. In the last week u, v and w,
# who had bought A, A and C, bought 2, 1 and 2 articles, so they count 1 / sqrt(2), 1 and 1 / sqrt(2). The weights of A
# are what u and v bought over their count and the ridge of 1; nobody who had bought B has had a basket since.
PAST_A = min(2.0, SEED_A**2 + 0.1)
PAST = PAST_A / math.hypot(PAST_A, SEED_B**2 + 0.05)
BOTH = math.sqrt(0.5)
LOG = math.log1p
ALIKE_A = SEED_A / (SEED_A + SEED_B)
STYLE = math.hypot(SEED_A, SEED_B)
LOOKS = np.array([[1, 0], [0, 1], [1, 0], [0.6, 0.8], [0, 0]], np.float32)
NEED_INTERCEPT, NEED_STRENGTH = -1.0, 0.5  # of the model of product types; its other weights are 0


def need_of(strength):
    return math.log(1 / (1 + math.exp(-(NEED_INTERCEPT + NEED_STRENGTH * LOG(10 * strength)))) + 1e-4)


NEVER = LOG(1000)
OUTLOOK = np.array([[0.9, 5, 12], [0.5, 1.5, 3], [0.25, 2, 1], [0, 0, 0], [0, 0, 0]], np.float32)
EXPECTED = {
    "article_units": [LOG(5), LOG(2), LOG(2), 0],
    "article_customers": [LOG(3), LOG(2), LOG(2), 0],
    "article_purchases_1d": [LOG(1), LOG(1), 0, 0],
    "article_purchases_3d": [LOG(2), LOG(2), 0, 0],
    "article_purchases_7d": [LOG(2), LOG(2), LOG(1), 0],
    "article_purchases_28d": [LOG(2), LOG(2), LOG(2), 0],
    "article_purchases_90d": [LOG(4), LOG(2), LOG(2), 0],
    "article_customers_7d": [LOG(2), LOG(2), LOG(1), 0],
    "article_customers_30d": [LOG(3), LOG(2), LOG(2), 0],
    "article_trend": [LOG(2), LOG(2), 0, 0],
    "article_month_trend": [LOG(2) - LOG(0.5), LOG(2) - LOG(0.5), LOG(1) - LOG(0.5), 0],
    "article_purchases_per_customer": [4 / 3, 1, 1, 0],
    "article_units_per_purchase": [LOG(5 / 4), LOG(1), LOG(1), 0],
    "article_age_days": [LOG(60), LOG(2), LOG(11), NEVER],
    "article_days_since_purchase": [LOG(1), LOG(1), LOG(5), NEVER],
    "article_mean_price": [math.log(1.8001), math.log(5.0001), math.log(8.0001), math.log(1e-4)],
    "customer_units": [LOG(4)] * 4,
    "customer_articles": [LOG(2)] * 4,
    "customer_baskets": [LOG(2)] * 4,
    "customer_units_30d": [LOG(3)] * 4,
    "customer_basket_size": [LOG(1.5)] * 4,
    "customer_repeat_share": [1 / 3] * 4,
    "customer_frequency_days": [LOG(59)] * 4,
    "customer_days_since_purchase": [LOG(1)] * 4,
    "customer_mean_price": [math.log(3.0001)] * 4,
    "tower_score": [0.6, 1, 0, -1],
    "own_days_bought": [LOG(2), LOG(1), 0, 0],
    "own_bought_before": [1, 1, 0, 0],
    "own_units": [LOG(3), LOG(1), 0, 0],
    "own_strength": [LOG(10 * SEED_A**2), LOG(10 * SEED_B**2), 0, 0],
    "own_days_since_last": [LOG(1), LOG(1), NEVER, NEVER],
    "own_days_since_first": [LOG(60), LOG(1), NEVER, NEVER],
    "own_share_of_baskets": [1, 0.5, 0, 0],
    "own_rhythm": [LOG(1 / 59), 0, 0, 0],
    "own_in_last_basket": [1, 1, 0, 0],
    "together_basket": [LOG(10 * SEED_B * TOGETHER), LOG(10 * SEED_A * TOGETHER), 0, 0],
    "together_month": [LOG(10 * SEED_B * TOGETHER), LOG(10 * SEED_A * TOGETHER), LOG(10 * SEED_A * TOGETHER), 0],
    "next_basket": [PAST * BOTH / (2 + BOTH), PAST * BOTH / (2 + BOTH), PAST / (2 + BOTH), 0],
    "same_product": [LOG(2 * SEED_B), LOG(2 * SEED_A), 0, 0],
    "share_of_product": [1, 1, 0, 0],
    # A and C are trousers, B is a vest, D has no type; a missing type matches no other.
    "share_of_product_type": [SHARE_A, 1 - SHARE_A, SHARE_A, 0],
    "share_of_department": [0] * 4,
    "share_of_garment_group": [0] * 4,
    "share_of_colour": [0] * 4,
    "share_of_section": [0] * 4,
    "price_ratio": [math.log(price / 3.0001) for price in (1.8001, 5.0001, 8.0001, 1e-4)],
    "outlook_sold_probability": [0.9, 0.5, 0.25, 0],
    "outlook_expected_units": [LOG(5), LOG(1.5), LOG(2), 0],
    "outlook_lifetime_weeks": [LOG(12), LOG(3), LOG(1), 0],
    # See `test_rebuys_count_owners_and_buyers_of_each_article_and_week` for the counts.
    "rebuy_lift_1w": [math.log(3 / (2 / 3 + 2)), 0, math.log(2 / (1 / 3 + 2)), 0],
    "rebuy_lift_4w": [math.log(3 / (2 / 3 + 2)), 0, math.log(2 / (1 / 3 + 2)), 0],
    "rebuy_lift_13w": [math.log(5 / (2 / 3 + 4)), 0, math.log(4 / (1 / 3 + 4)), 0],
    "rebuy_lift_trend": [math.log(1.05), 0, math.log(13 / 14), 0],
    **{
        f"rebuy_rate_{weeks}w": [math.log(1.5 / 12), math.log(0.05), math.log(0.5 / 11), math.log(0.05)]
        for weeks in (1, 2, 4, 13)
    },
    "adoption_rate_1w": [math.log(1.5 / 21), math.log(2.5 / 23), math.log(1.5 / 22), math.log(0.5 / 23)],
    **{
        f"adoption_rate_{weeks}w": [math.log(1.5 / 22), math.log(2.5 / 24), math.log(2.5 / 23), math.log(0.5 / 24)]
        for weeks in (2, 4)
    },
    "adoption_rate_13w": [math.log(3.5 / 24), math.log(2.5 / 26), math.log(2.5 / 25), math.log(0.5 / 26)],
    "ownership": [LOG(18.5), LOG(10), 0, 0],
    "own_order_rate": [LOG(10), LOG(10 / 1.85), 0, 0],
    "own_lift_4w": [LOG(18.5 * 9 / 8), LOG(10), 0, 0],
    "own_lift_13w": [LOG(18.5 * 15 / 14), LOG(10), 0, 0],
    # The strengths of a group's articles are added. D has no product type, and no article has a garment group.
    "need": [need_of(SEED_A**2), need_of(SEED_B**2), need_of(SEED_A**2), math.log(1e-4)],
    "need_garment_group": [math.log(1e-4)] * 4,
    "own_order_rate_lift_4w": [LOG(10 * 9 / 8), LOG(10 / 1.85), 0, 0],
    # A and C look the same, and D a little like B; no article has a text.
    "picture_style": [SEED_A / STYLE, SEED_B / STYLE, SEED_A / STYLE, (0.6 * SEED_A + 0.8 * SEED_B) / STYLE],
    "text_style": [0] * 4,
    "picture_share_alike": [ALIKE_A, 1 - ALIKE_A, ALIKE_A, 1 - ALIKE_A],
    "text_share_alike": [0] * 4,
}


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    root = tmp_path_factory.mktemp("state")
    types = ("Trousers", "Vest", "Trousers", None)
    articles = [{**row, "product_type_name": kind} for row, kind in zip(ARTICLES, types, strict=True)]
    write_tables(root / "tables", articles, CUSTOMERS, PURCHASES)
    write_states(root / "tables", root / "states", [AS_OF], CONFIG)
    tables = load_tables(root / "states", AS_OF)
    weights = np.zeros_like(tables["need_weights_product_type_name"])
    weights[NEED_INPUTS.index("strength")], weights[-1] = NEED_STRENGTH, NEED_INTERCEPT
    # Forecasts are planted, because those of ten purchases are no values worked out by hand.
    planted = {"article_outlook": OUTLOOK, "need_weights_product_type_name": weights}
    planted |= {"style_picture": LOOKS, "style_text": np.zeros((5, 0), np.float32)}
    return State({**tables, **planted})


def computed(state, customers, rows):
    query = Query(state, tf.constant(customers), tf.tile([[1.0, 0.0]], [len(customers), 1]), history_length=10)
    return features.compute(Pairs(query, tf.constant(rows), tf.constant(EMBEDDINGS))).numpy()


@pytest.fixture(scope="module")
def values(state):
    found = computed(state, [U], [[A, B, C, D, PAD]])[0]
    return dict(zip(features.NAMES, found.T, strict=True))


@pytest.mark.parametrize("name", features.FEATURES)
def test_features_equal_values_worked_out_by_hand(values, name):
    np.testing.assert_allclose(values[name][:4], EXPECTED[name], rtol=1e-4, atol=1e-5)


def test_shares_are_equal_for_few_and_many_groups(values, state, monkeypatch):
    monkeypatch.setattr(pairs, "MAX_DENSE_GROUPS", -1)
    found = computed(state, [U], [[A, B, C, D, PAD]])[0]
    for name in (name for name in features.FEATURES if name.startswith("share_of_")):
        np.testing.assert_allclose(found[:, features.NAMES.index(name)], values[name], rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("name", RANKED)
def test_relative_features_are_standardised_over_candidates_without_padding(values, name):
    x = np.array(EXPECTED[name])
    np.testing.assert_allclose(values[f"{name}_in_list"][:4], (x - x.mean()) / (x.std() + 1e-3), rtol=1e-3, atol=1e-4)


def test_padding_has_no_features(values):
    assert {name: column[4] for name, column in values.items() if column[4] != 0} == {}


def test_padding_does_not_change_relative_features():
    bare = standardise_in_list(tf.constant([[1.0, 2.0, 6.0]]), tf.constant([[True] * 3]))
    padded = standardise_in_list(tf.constant([[1.0, 2.0, 6.0, 99.0]]), tf.constant([[True] * 3 + [False]]))
    np.testing.assert_allclose(bare, padded[:, :3], rtol=1e-6)


def test_all_features_are_finite(state):
    found = computed(state, [0, 1, 2, 3, UNKNOWN], [[A, B, C, D, PAD]] * 5)
    assert np.isfinite(found).all()
    for name, column in zip(features.NAMES, found[UNKNOWN].T, strict=True):
        if name.startswith("own_") and "days_since" not in name and not name.endswith("_in_list"):
            assert (column == 0).all(), name


def test_features_of_an_empty_list_are_zero(state):
    assert (computed(state, [U], [[PAD, PAD]]) == 0).all()


def test_every_feature_is_declared_once():
    assert len(set(features.NAMES)) == len(features.NAMES)
    files = (article, customer, needs, outlook, pair, rebuys, style)
    assert sum(len(file.feature.functions) for file in files) == len(features.FEATURES)
    for file in files:
        functions = [node for node in ast.parse(inspect.getsource(file)).body if isinstance(node, ast.FunctionDef)]
        public = [node.name for node in functions if not node.name.startswith("_")]
        assert public == list(file.feature.functions)


def test_the_decorator_registers_a_function_and_returns_it():
    feature = Registry()

    @feature
    def first(pairs):
        return 1

    @feature
    def second(pairs):
        return 2

    assert list(feature.functions) == ["first", "second"]
    assert feature.functions["first"] is first
    assert first(None) == 1
