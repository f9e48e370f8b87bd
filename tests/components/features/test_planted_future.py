"""The state of a day does not depend on purchases of that day or later: its files are identical."""

import pathlib
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiny_shop import (
    ARTICLES,
    CUSTOMERS,
    DAYS,
    FIRST_DAY,
    article_id,
    customer_id,
    purchases,
    raw_articles,
    raw_customers,
    write_states,
    write_tables,
)

EARLIER, TODAY = FIRST_DAY + 28, FIRST_DAY + 42
TABLES = {
    "article_outlook",
    "article_rebuys",
    "look_affinities",
    "look_articles",
    "look_candidates",
    "look_groups",
    "look_pairs",
    "look_weights",
    "next_basket",
    "needs",
    "need_groups",
    "need_neighbours",
    "article_state",
    "customer_state",
    "history",
    "recent",
    "together_basket",
    "together_month",
    "popular",
    "popular_in_department",
    "popular_in_section",
    "same_product",
}


def states(bought: list[tuple], days: tuple[int, ...]) -> dict[int, dict[str, bytes]]:
    """Returns the bytes of each file of the states of `days`, for a shop with the purchases `bought`."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        write_tables(root / "tables", raw_articles(), raw_customers(), bought)
        written = write_states(root / "tables", root / "states", days)
        return {day: {file.stem: file.read_bytes() for file in at.iterdir()} for day, at in written.items()}


@pytest.fixture(scope="module")
def known():
    return states(purchases(), (EARLIER, TODAY))


one_purchase = st.tuples(
    st.integers(TODAY, FIRST_DAY + DAYS + 30),
    st.integers(0, CUSTOMERS - 1).map(customer_id),
    st.integers(0, ARTICLES - 1).map(article_id),
    st.floats(0.001, 900.0),
)


def test_a_state_has_these_tables(known):
    assert known[TODAY].keys() == TABLES


@settings(max_examples=8)
@given(st.lists(one_purchase, min_size=1, max_size=60))
def test_later_purchases_do_not_change_the_state(known, future):
    assert states(purchases() + future, (EARLIER, TODAY)) == known


@pytest.mark.parametrize("day", range(FIRST_DAY + 7, FIRST_DAY + DAYS + 1, 7))
def test_the_state_equals_that_of_a_shop_that_ended_the_day_before(day):
    before = [purchase for purchase in purchases() if purchase[0] < day]
    assert states(before, (day,)) == states(purchases(), (day,))


def test_purchases_of_the_day_before_change_the_state():
    planted = [(TODAY - 1, customer_id(CUSTOMERS - 1), article_id(ARTICLES - 1), 5.0)] * 2
    planted += [(TODAY - 1, customer_id(i), article_id(j), 5.0) for i in (1, 2) for j in (0, 1)]
    seen, unseen = states(purchases() + planted, (EARLIER, TODAY)), states(purchases(), (EARLIER, TODAY))
    same = {"look_groups"}  # of two groups, one is left to choose
    assert {name for name in TABLES if seen[TODAY][name] != unseen[TODAY][name]} == TABLES - same
    assert seen[EARLIER] == unseen[EARLIER]
