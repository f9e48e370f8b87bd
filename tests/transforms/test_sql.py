"""The queries of the state on ten purchases, against results worked out by hand, on both engines."""

import pytest

from components.features.config import FeaturesConfig
from components.features.engines import open_engine
from tests import ten_purchases
from tests.ten_purchases import AS_OF, CUSTOMERS, PURCHASES
from tests.tiny_shop import write_tables

U, V, W, X = range(4)
A, B, C, D = range(4)
DEPARTMENTS, SECTIONS = ("Tops", "Tops", "Shoes", None), ("Basics", "Basics", "Basics", None)
ARTICLES = [
    {**row, "department_name": department, "section_name": section}
    for row, department, section in zip(ten_purchases.ARTICLES, DEPARTMENTS, SECTIONS, strict=True)
]


@pytest.fixture(scope="module", params=["duckdb", pytest.param("spark", marks=pytest.mark.proof)])
def engine(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("sql")
    write_tables(root, ARTICLES[::-1], CUSTOMERS[::-1], PURCHASES)
    engine = open_engine(
        FeaturesConfig(engine=request.param, spark_master="local[2]"), tmp_path_factory.mktemp("spill")
    )
    for name in ("articles", "customers", "transactions"):
        engine.view(name, root / f"{name}.parquet")
    for name in ("article_rows", "customer_rows", "purchases", "article_days", "baskets"):
        engine.materialise(name)
    engine.materialise("described_customers", as_of=AS_OF, until=AS_OF)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def ask(engine):
    """Returns a function that runs a query as of the day and returns its rows."""

    def rows(name, **parameters):
        table = engine.table(name, as_of=AS_OF, **parameters)
        return [tuple(row.values()) for row in table.to_pylist()]

    return rows


def build_pairs(engine, **settings):
    """Creates the tables that `bought_together` reads."""
    engine.materialise("numbered_purchases", first_as_of=AS_OF, **settings)
    for name in ("purchase_pairs", "purchase_cutoffs", "article_buyers", "article_pairs"):
        engine.materialise(name, as_of=AS_OF, **settings)


def rounded(rows):
    return [tuple(round(value, 6) if isinstance(value, float) else value for value in row) for row in rows]


def test_row_numbers_follow_the_sorted_ids(ask):
    assert [row[:2] for row in ask("article_rows")] == [(A, "0001"), (B, "0002"), (C, "0003"), (D, "0004")]
    assert [row[:2] for row in ask("customer_rows")] == [(U, "u"), (V, "v"), (W, "w"), (X, "x")]


def test_transactions_of_one_customer_article_and_day_are_one_purchase_with_units_and_mean_price(ask):
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


def test_article_days_count_purchases_units_and_first_time_buyers(ask):
    # article, day, purchases, units, revenue, new customers
    assert sorted(ask("article_days")) == [
        (A, 40, 1, 1, 1.0, 1),
        (A, 70, 1, 1, 1.0, 1),
        (A, 98, 1, 1, 1.0, 1),
        (A, 99, 1, 2, 6.0, 0),  # u bought A before
        (B, 98, 1, 1, 5.0, 1),
        (B, 99, 1, 1, 5.0, 1),
        (B, 100, 1, 1, 5.0, 1),
        (C, 89, 1, 1, 8.0, 1),
        (C, 95, 1, 1, 8.0, 1),
    ]


def test_described_customers_are_all_customers_or_the_buyers_of_the_following_days(engine):
    def rows(as_of, until):
        return sorted(engine.table("described_customers", as_of=as_of, until=until)["customer_row"].to_pylist())

    assert rows(95, 95) == [U, V, W, X]
    assert rows(95, 98) == [V]
    assert rows(95, 99) == [V, W]
    assert rows(96, 98) == []


def test_article_state_counts_units_purchases_customers_and_windows(ask):
    # units, customers, purchases; purchases of 1, 3, 7 days, the 7 before, 28, 30, 90; customers of 7, 30; price;
    # first and last day
    assert rounded(ask("article_state")) == [
        (A, 5, 3, 4, 1, 2, 2, 0, 2, 3, 4, 2, 3, 1.8, 40, 99),
        (B, 2, 2, 2, 1, 2, 2, 0, 2, 2, 2, 2, 2, 5.0, 98, 99),
        (C, 2, 2, 2, 0, 0, 1, 1, 2, 2, 2, 1, 2, 8.0, 89, 95),
        (D, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, -1, -1),
    ]


def test_customer_state_counts_units_purchases_articles_baskets_and_windows(ask):
    # units, articles, baskets, purchases; units of 7 and 30 days; baskets of 30 and 90; price; first and last day
    assert rounded(ask("customer_state")) == [
        (U, 4, 2, 2, 3, 3, 3, 1, 2, 3.0, 40, 99),
        (V, 2, 2, 2, 2, 1, 2, 2, 2, 4.5, 70, 95),
        (W, 3, 3, 2, 3, 2, 3, 2, 2, 4.666667, 89, 98),
        (X, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, -1, -1),
    ]


def test_history_strength_halves_each_half_life_and_ownership_decays_with_each_later_basket(ask):
    # 60 days back and a half-life of 10: 1/64; 1 day back: 2^-0.1 = 0.933033. A purchase of two units is one day.
    assert rounded(ask("history", history_length=2, half_life_days=10, ownership_decay=0.85)) == [
        (U, A, 2, 3, 40, 99, round(1 / 64 + 0.933033, 6), 1.85),
        (U, B, 1, 1, 99, 99, 0.933033, 1.0),
        (V, C, 1, 1, 95, 95, 0.707107, 1.0),
        (V, A, 1, 1, 70, 70, 0.125, 0.85),
        (W, A, 1, 1, 98, 98, 0.870551, 1.0),
        (W, B, 1, 1, 98, 98, 0.870551, 1.0),
    ]


def test_recent_purchases_are_newest_first_and_at_most_recent_length(ask):
    assert ask("recent", recent_length=2) == [(U, A, 99), (U, B, 99), (V, C, 95), (V, A, 70), (W, A, 98), (W, B, 98)]


# In the 8 days before, u and w bought A, u and w B, and v C; in 32 days, v also A, and w C: 2 + 0.003, 2 + 0.002 and
# 1 + 0.002 customers.
def test_popular_in_department_is_the_share_of_the_departments_customers(ask):
    tops = 2.003 + 2.002
    expected = [(C, 1.0), (A, round(2.003 / tops, 6)), (B, round(2.002 / tops, 6))]
    assert rounded(ask("popular_in_department", window_days=8, popular_length=2)) == expected
    assert rounded(ask("popular_in_department", window_days=8, popular_length=1)) == expected[:2]


def test_popular_in_section_is_the_share_of_all_customers_and_of_each_segment(ask):
    basics = 2.003 + 2.002 + 1.002
    assert rounded(ask("popular_in_section", window_days=8, popular_length=2)) == [
        (0, A, round(2.003 / basics, 6)),
        (0, B, round(2.002 / basics, 6)),
        (1, A, 0.5),  # u is of segment 1, and v of 3; w has no age
        (1, B, 0.5),
        (3, C, round(1.001 / 1.002, 6)),
        (3, A, round(0.001 / 1.002, 6)),
    ]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        # u and w each bought A and B in one basket; 3 customers bought A, 2 bought B: 2 / (sqrt(6) + shrinkage).
        ({"same_day": 1, "shrinkage": 0.0}, [(A, B, 0.816497), (B, A, 0.816497)]),
        ({"same_day": 1, "shrinkage": 1.0}, [(A, B, 0.579796), (B, A, 0.579796)]),
        # Within 28 days v and w bought A and C; only w bought B and C, and one customer is too few.
        ({"same_day": 0}, [(A, B, 0.579796), (A, C, 0.579796), (B, A, 0.579796), (C, A, 0.579796)]),
        ({"same_day": 0, "neighbours": 1}, [(A, B, 0.579796), (B, A, 0.579796), (C, A, 0.579796)]),
        # Within 9 days only w bought A and C.
        ({"same_day": 0, "span_days": 9}, [(A, B, 0.579796), (B, A, 0.579796)]),
        # Two purchases of each customer: w's purchase of C is the third newest.
        ({"same_day": 0, "purchases_per_customer": 2}, [(A, B, 0.579796), (B, A, 0.579796)]),
        # In the last 10 days two customers bought A, two B: 2 / (2 + 1).
        ({"same_day": 0, "window_days": 10}, [(A, B, 0.666667), (B, A, 0.666667)]),
    ],
)
def test_bought_together_is_a_shrunk_cosine_over_customers(engine, ask, settings, expected):
    settings = {
        "window_days": 100,
        "purchases_per_customer": 50,
        "span_days": 28,
        "shrinkage": 1.0,
        "neighbours": 5,
        **settings,
    }
    build_pairs(engine, **settings)
    # Two customers bought each pair.
    assert rounded(ask("bought_together", **settings)) == [(a, b, 2, score) for a, b, score in expected]


def test_purchases_are_numbered_within_a_customer_from_the_oldest(engine, ask):
    engine.materialise("numbered_purchases", first_as_of=AS_OF, window_days=100)
    # On one day, the lower article row comes last. The last value is the number of purchases of the article.
    assert sorted(ask("numbered_purchases", first_as_of=AS_OF, window_days=100)) == [
        (U, A, 40, 1, 2),
        (U, A, 99, 3, 2),
        (U, B, 99, 2, 1),
        (V, A, 70, 1, 1),
        (V, B, 100, 3, 1),  # on the day itself: counts in later states only
        (V, C, 95, 2, 1),
        (W, A, 98, 3, 1),
        (W, B, 98, 2, 1),
        (W, C, 89, 1, 1),
    ]


def test_purchase_pairs_hold_each_pair_of_purchases_of_shared_article_pairs_once(engine, ask):
    settings = {"window_days": 100, "purchases_per_customer": 50, "span_days": 100}
    build_pairs(engine, **settings)
    # customer, article pair, days of the older and newer purchase, number of the older one, 1 if both were bought once
    assert sorted(ask("purchase_pairs", **settings)) == [
        (U, A, B, 40, 99, 1, 0),
        (U, A, B, 99, 99, 2, 0),
        (V, A, B, 70, 100, 1, 1),
        (V, A, C, 70, 95, 1, 1),
        (V, B, C, 95, 100, 2, 1),
        (W, A, B, 98, 98, 2, 1),
        (W, A, C, 89, 98, 1, 1),
        (W, B, C, 89, 98, 1, 1),
    ]
    # With two purchases per customer, the first and third purchase form no pair: v's A of day 70 and B of day 100.
    two = {**settings, "purchases_per_customer": 2}
    build_pairs(engine, **two)
    assert (V, A, B, 70, 100, 1, 1) not in ask("purchase_pairs", **two)


def test_article_pairs_count_each_customer_once(engine, ask):
    # u bought A on days 40 and 99 and B on 99; w bought A and B on 98; v bought A and C 25 days apart, w 9 days.
    settings = {"window_days": 100, "purchases_per_customer": 50, "span_days": 100}
    build_pairs(engine, **settings)
    assert sorted(ask("article_pairs", **settings)) == [(A, B, 2, 2), (A, C, 2, 0)]


def test_only_the_latest_purchases_before_the_day_count(engine, ask):
    # Two of three purchases count: not the oldest of u and w. v's purchase on the day itself does not count.
    settings = {"window_days": 100, "purchases_per_customer": 2, "span_days": 100}
    build_pairs(engine, **settings)
    assert sorted(ask("purchase_cutoffs", **settings)) == [(U, 1), (W, 1)]
    assert sorted(ask("article_buyers", **settings)) == [(A, 3), (B, 2), (C, 1)]
    assert sorted(ask("article_pairs", **settings)) == [(A, B, 2, 2)]


def test_baskets_are_numbered_within_a_customer_from_the_oldest(engine):
    rows = sorted(tuple(row.values()) for row in engine.table("baskets").to_pylist())
    assert rows == [(U, 40, 1), (U, 99, 2), (V, 70, 1), (V, 95, 2), (V, 100, 3), (W, 89, 1), (W, 98, 2)]


def test_rebuys_count_owners_and_buyers_of_each_article_and_week(engine, ask):
    """In the last week u and v, who own A, and w, who owns C, have a basket; of these three u alone buys again.

    So a unit of ownership re-buys 1 / 3 times. w bought before only in the week that ends on day 93, v in that which
    ends on day 72, u in that which ends on day 44; as first baskets, these have no owners.
    """
    engine.materialise("rebuys", first_day=AS_OF - 91, end=AS_OF, label_days=7, ownership_decay=0.85)
    rows = [tuple(row.values()) for row in engine.query("select * from rebuys").to_pylist()]
    third = round(1 / 3, 6)
    assert sorted(rounded(rows)) == [
        (44, A, 0, 0, 1, 1, 0.0),
        (72, A, 0, 0, 1, 1, 0.0),
        (93, C, 0, 0, 1, 1, 0.0),
        (100, A, 2, 1, 1, 3, round(2 / 3, 6)),
        (100, B, 0, 0, 2, 3, 0.0),
        (100, C, 1, 0, 1, 3, third),
    ]
    assert [row for row in rounded(ask("article_rebuys", label_days=7)) if row[1] != 4] == [
        (A, 1, 2, 1, round(2 / 3, 6), 1, 3),
        (A, 2, 2, 1, round(2 / 3, 6), 1, 4),
        (A, 13, 2, 1, round(2 / 3, 6), 3, 6),
        (B, 1, 0, 0, 0.0, 2, 3),
        (B, 2, 0, 0, 0.0, 2, 4),
        (B, 13, 0, 0, 0.0, 2, 6),
        (C, 1, 1, 0, third, 1, 3),
        (C, 2, 1, 0, third, 2, 4),
        (C, 13, 1, 0, third, 2, 6),
        (D, 1, 0, 0, 0.0, 0, 3),
        (D, 2, 0, 0, 0.0, 0, 4),
        (D, 13, 0, 0, 0.0, 0, 6),
    ]


@pytest.mark.parametrize(("label_days", "counts"), [(15, True), (16, False)])  # the first purchase is 60 days ago
def test_rebuys_count_nothing_where_purchases_span_less_than_four_weeks(engine, ask, label_days, counts):
    first_day = AS_OF - 4 * label_days
    engine.materialise("rebuys", first_day=first_day, end=AS_OF, label_days=label_days, ownership_decay=0.85)
    rows = ask("article_rebuys", label_days=label_days)
    assert any(any(row[2:]) for row in rows) == counts


def test_article_weeks_sum_units_and_revenue_by_weeks_back(ask):
    # Days 93 to 99 are week 1. A: two units on day 99 at a mean price of 3, one on day 98; day 70 is in week 5.
    assert ask("article_weeks", label_days=7) == [
        (A, 1, 3, 7.0),
        (A, 5, 1, 1.0),
        (A, 9, 1, 1.0),
        (B, 1, 2, 10.0),
        (C, 1, 1, 8.0),
        (C, 2, 1, 8.0),
    ]
    assert ask("article_weeks", label_days=30)[0] == (A, 1, 4, 8.0)


def test_article_channels_count_lines_by_channel_within_the_window(ask):
    """All lines are of channel 1; the line of day 40 is too old, that of day 100 too late."""
    assert ask("article_channels", window_days=30) == [(A, 1, 4, 2.0), (B, 1, 2, 5.0), (C, 1, 2, 8.0)]


def test_popular_counts_customers_overall_and_by_segment(ask):
    assert rounded(ask("popular", window_days=7, popular_length=12)) == [
        (0, A, 2, 2.002),
        (0, B, 2, 2.002),
        (0, C, 1, 1.002),
        (1, A, 1, 1.001),
        (1, B, 1, 1.001),
        (3, C, 1, 1.001),
    ]
    of_length_1 = rounded(ask("popular", window_days=7, popular_length=1))
    assert of_length_1 == [(0, A, 2, 2.002), (1, A, 1, 1.001), (3, C, 1, 1.001)]


def test_popular_lists_are_completed_with_articles_of_four_windows(ask):
    assert rounded(ask("popular", window_days=3, popular_length=12)) == [
        (0, A, 2, 2.002),
        (0, B, 2, 2.002),
        (0, C, 0, 0.002),
        (1, A, 1, 1.001),
        (1, B, 1, 1.001),
        (3, C, 0, 0.001),
    ]


def test_same_product_lists_sold_variants_also_for_articles_without_purchases(ask):
    assert ask("same_product", variants=3) == [(A, B, 2.0), (B, A, 2.0), (D, C, 2.0)]
    assert ask("same_product", variants=0) == []
