"""Every query of the state on ten purchases, against results worked out by hand, on both engines."""

import pytest

from components.features.config import FeaturesConfig
from components.features.engines import open_engine
from tests.tiny_shop import write_tables

U, V, W, X = range(4)  # customers: 22, 30, of unknown age, and 60 who never bought
A, B, C, D = range(4)  # articles: A and B are one product, C and D another; D was never bought
AS_OF = 100
PURCHASES = [
    (40, "u", "0001", 1.0),
    (99, "u", "0001", 2.0),
    (99, "u", "0001", 4.0),
    (99, "u", "0002", 5.0),
    (70, "v", "0001", 1.0),
    (95, "v", "0003", 8.0),
    (AS_OF, "v", "0002", 5.0),  # of the day itself: not known yet
    (89, "w", "0003", 8.0),
    (98, "w", "0001", 1.0),
    (98, "w", "0002", 5.0),
]
ARTICLES = [{"article_id": f"000{i + 1}", "product_code": "PPQQ"[i]} for i in range(4)]
CUSTOMERS = [{"customer_id": name, "age": age} for name, age in (("u", 22), ("v", 30), ("w", None), ("x", 60))]


@pytest.fixture(scope="module", params=["duckdb", pytest.param("spark", marks=pytest.mark.proof)])
def engine(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("sql")
    write_tables(root, ARTICLES[::-1], CUSTOMERS[::-1], PURCHASES)
    engine = open_engine(
        FeaturesConfig(engine=request.param, spark_master="local[2]"), tmp_path_factory.mktemp("spill")
    )
    for name in ("articles", "customers", "transactions"):
        engine.view(name, root / f"{name}.parquet")
    for name in ("article_rows", "customer_rows", "purchases", "customer_segments", "article_days"):
        engine.materialise(name)
    engine.materialise("state_customers", as_of=AS_OF, until=AS_OF)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def ask(engine):
    """The rows of a query as of the day."""

    def rows(name, **parameters):
        table = engine.table(name, as_of=AS_OF, **parameters)
        return [tuple(row.values()) for row in table.to_pylist()]

    return rows


def bring_together(engine, **settings):
    """What the queries of bought together stand on."""
    engine.materialise("together_lines", first_as_of=AS_OF, **settings)
    for name in ("together", "together_cut", "together_buyers", "together_pairs"):
        engine.materialise(name, as_of=AS_OF, **settings)


def rounded(rows):
    return [tuple(round(value, 6) if isinstance(value, float) else value for value in row) for row in rows]


def test_rows_are_the_places_of_the_sorted_ids(ask):
    assert [row[:2] for row in ask("article_rows")] == [(A, "0001"), (B, "0002"), (C, "0003"), (D, "0004")]
    assert [row[:2] for row in ask("customer_rows")] == [(U, "u"), (V, "v"), (W, "w"), (X, "x")]


def test_lines_of_one_day_are_one_purchase_with_their_number_and_mean_price(ask):
    assert sorted(ask("purchases")) == [
        (U, A, 40, 1, 1.0),
        (U, A, 99, 2, 3.0),
        (U, B, 99, 1, 5.0),
        (V, A, 70, 1, 1.0),
        (V, B, 100, 1, 5.0),
        (V, C, 95, 1, 8.0),
        (W, A, 98, 1, 1.0),
        (W, B, 98, 1, 5.0),
        (W, C, 89, 1, 8.0),
    ]


def test_article_days_count_lines_units_and_customers_who_bought_it_for_the_first_time(ask):
    # article, day, lines, units, revenue, new customers
    assert sorted(ask("article_days")) == [
        (A, 40, 1, 1, 1.0, 1),
        (A, 70, 1, 1, 1.0, 1),
        (A, 98, 1, 1, 1.0, 1),
        (A, 99, 1, 2, 6.0, 0),  # u again
        (B, 98, 1, 1, 5.0, 1),
        (B, 99, 1, 1, 5.0, 1),
        (B, 100, 1, 1, 5.0, 1),
        (C, 89, 1, 1, 8.0, 1),
        (C, 95, 1, 1, 8.0, 1),
    ]


def test_state_customers_are_all_or_the_buyers_of_the_days_that_follow(engine):
    def rows(as_of, until):
        return sorted(engine.table("state_customers", as_of=as_of, until=until)["customer_row"].to_pylist())

    assert rows(95, 95) == [U, V, W, X]
    assert rows(95, 98) == [V]
    assert rows(95, 99) == [V, W]
    assert rows(96, 98) == []


def test_article_state_counts_units_customers_and_windows(ask):
    # sales, customers, lines; lines of 1, 3, 7 days, the 7 before, 28, 30, 90; customers of 7, 30; price; first, last
    assert rounded(ask("article_state")) == [
        (A, 5, 3, 4, 1, 2, 2, 0, 2, 3, 4, 2, 3, 1.8, 40, 99),
        (B, 2, 2, 2, 1, 2, 2, 0, 2, 2, 2, 2, 2, 5.0, 98, 99),
        (C, 2, 2, 2, 0, 0, 1, 1, 2, 2, 2, 1, 2, 8.0, 89, 95),
        (D, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, -1, -1),
    ]


def test_customer_state_counts_units_articles_baskets_and_windows(ask):
    # purchases, articles, baskets, lines; units of 7 and 30 days; baskets of 30 and 90; price; first, last
    assert rounded(ask("customer_state")) == [
        (U, 4, 2, 2, 3, 3, 3, 1, 2, 3.0, 40, 99),
        (V, 2, 2, 2, 2, 1, 2, 2, 2, 4.5, 70, 95),
        (W, 3, 3, 2, 3, 2, 3, 2, 2, 4.666667, 89, 98),
        (X, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, -1, -1),
    ]


def test_history_strength_halves_with_each_half_life(ask):
    # 60 days back and a half-life of 10: 1/64; 1 day back: 2^-0.1 = 0.933033; a purchase of two units counts one day.
    assert rounded(ask("history", history_length=2, half_life_days=10)) == [
        (U, A, 2, 3, 40, 99, round(1 / 64 + 0.933033, 6)),
        (U, B, 1, 1, 99, 99, 0.933033),
        (V, C, 1, 1, 95, 95, 0.707107),
        (V, A, 1, 1, 70, 70, 0.125),
        (W, A, 1, 1, 98, 98, 0.870551),
        (W, B, 1, 1, 98, 98, 0.870551),
    ]


def test_recent_is_newest_first_and_cut_to_its_length(ask):
    assert ask("recent", recent_length=2) == [
        (U, A, 99),
        (U, B, 99),
        (V, C, 95),
        (V, A, 70),
        (W, A, 98),
        (W, B, 98),
    ]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        # A and B met in one basket of u and one of w; 3 customers bought A, 2 bought B: 2 / (sqrt(6) + shrinkage).
        ({"same_day": 1, "shrinkage": 0.0}, [(A, B, 0.816497), (B, A, 0.816497)]),
        ({"same_day": 1, "shrinkage": 1.0}, [(A, B, 0.579796), (B, A, 0.579796)]),
        # Within 28 days A and C met with v and w; B and C with w alone, which is too few.
        ({"same_day": 0}, [(A, B, 0.579796), (A, C, 0.579796), (B, A, 0.579796), (C, A, 0.579796)]),
        ({"same_day": 0, "neighbours": 1}, [(A, B, 0.579796), (B, A, 0.579796), (C, A, 0.579796)]),
        # Within 9 days, as w bought A and C, only w did.
        ({"same_day": 0, "span_days": 9}, [(A, B, 0.579796), (B, A, 0.579796)]),
        # Two lines of each customer: w's purchase of C is the third.
        ({"same_day": 0, "lines_per_customer": 2}, [(A, B, 0.579796), (B, A, 0.579796)]),
        # In the last 10 days two customers bought A, two B: 2 / (2 + 1).
        ({"same_day": 0, "window_days": 10}, [(A, B, 0.666667), (B, A, 0.666667)]),
    ],
)
def test_bought_together_is_a_shrunk_cosine_over_customers(engine, ask, settings, expected):
    settings = {
        "window_days": 100,
        "lines_per_customer": 50,
        "span_days": 28,
        "shrinkage": 1.0,
        "neighbours": 5,
        **settings,
    }
    bring_together(engine, **settings)
    assert rounded(ask("bought_together", **settings)) == expected


def test_lines_are_numbered_within_a_customer_from_the_oldest(engine, ask):
    engine.materialise("together_lines", first_as_of=AS_OF, window_days=100)
    # Of one day the article that comes first is the latest. The last number is how often the customer bought it.
    assert sorted(ask("together_lines", first_as_of=AS_OF, window_days=100)) == [
        (U, A, 40, 1, 2),
        (U, A, 99, 3, 2),
        (U, B, 99, 2, 1),
        (V, A, 70, 1, 1),
        (V, B, 100, 3, 1),  # of the day itself: a later state's
        (V, C, 95, 2, 1),
        (W, A, 98, 3, 1),
        (W, B, 98, 2, 1),
        (W, C, 89, 1, 1),
    ]


def test_every_two_purchases_of_shared_pairs_are_made_once(engine, ask):
    settings = {"window_days": 100, "lines_per_customer": 50, "span_days": 100}
    bring_together(engine, **settings)
    # customer, pair, days of the older and the newer purchase, number of the older, whether both were bought once
    assert sorted(ask("together", **settings)) == [
        (U, A, B, 40, 99, 1, 0),
        (U, A, B, 99, 99, 2, 0),
        (V, A, B, 70, 100, 1, 1),
        (V, A, C, 70, 95, 1, 1),
        (V, B, C, 95, 100, 2, 1),
        (W, A, B, 98, 98, 2, 1),
        (W, A, C, 89, 98, 1, 1),
        (W, B, C, 89, 98, 1, 1),
    ]
    # Of three lines in a row the first and the last do not meet: v's A of day 70 and B of day 100.
    two = {**settings, "lines_per_customer": 2}
    bring_together(engine, **two)
    assert (V, A, B, 70, 100, 1, 1) not in ask("together", **two)


def test_a_pair_counts_each_customer_once_however_often_they_bought_both(engine, ask):
    # u bought A on days 40 and 99 and B on 99; w bought A and B on 98; C is 25 days from A with v, 9 with w.
    settings = {"window_days": 100, "lines_per_customer": 50, "span_days": 100}
    bring_together(engine, **settings)
    assert sorted(ask("together_pairs", **settings)) == [(A, B, 2, 2), (A, C, 2, 0)]


def test_the_latest_lines_of_a_customer_are_those_before_the_day(engine, ask):
    # Of three lines two count: u's and w's oldest do not. v's purchase of the day itself takes no other's place.
    settings = {"window_days": 100, "lines_per_customer": 2, "span_days": 100}
    bring_together(engine, **settings)
    assert sorted(ask("together_cut", **settings)) == [(U, 1), (W, 1)]
    assert sorted(ask("together_buyers", **settings)) == [(A, 3), (B, 2), (C, 1)]
    assert sorted(ask("together_pairs", **settings)) == [(A, B, 2, 2)]


def test_popular_counts_customers_overall_and_by_segment(ask):
    assert rounded(ask("popular", window_days=7, popular_length=12)) == [
        (0, A, 2.002),
        (0, B, 2.002),
        (0, C, 1.002),
        (1, A, 1.001),
        (1, B, 1.001),
        (3, C, 1.001),
    ]
    assert rounded(ask("popular", window_days=7, popular_length=1)) == [(0, A, 2.002), (1, A, 1.001), (3, C, 1.001)]


def test_popular_goes_on_with_what_four_windows_sold(ask):
    assert rounded(ask("popular", window_days=3, popular_length=12)) == [
        (0, A, 2.002),
        (0, B, 2.002),
        (0, C, 0.002),
        (1, A, 1.001),
        (1, B, 1.001),
        (3, C, 0.001),
    ]


def test_same_product_yields_what_sold_of_the_others_also_for_what_did_not_sell(ask):
    assert ask("same_product", variants=3) == [(A, B, 2.0), (B, A, 2.0), (D, C, 2.0)]
    assert ask("same_product", variants=0) == []
