"""What happens on a day or later is not found in the state of that day: not in one byte."""

import pathlib
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.features.duckdb_engine import DuckDbEngine
from components.features.states import bring_together, prepare, write_state
from tests.tiny_shop import (
    ARTICLES,
    CUSTOMERS,
    DAYS,
    FEATURES,
    FIRST_DAY,
    article_id,
    catalogue,
    customer_id,
    people,
    purchases,
    write_tables,
)

EARLIER, TODAY = FIRST_DAY + 28, FIRST_DAY + 42
TABLES = {"articles", "customers", "history", "recent", "together_basket", "together_month", "popular", "same_product"}


def states(bought: list[tuple], days: tuple[int, ...]) -> dict[int, dict[str, bytes]]:
    """Every file of the states of `days`, from a shop in which `bought` happened."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        write_tables(root / "tables", catalogue(), people(), bought)
        engine = DuckDbEngine(root)
        prepare(engine, root / "tables", root / "states")
        bring_together(engine, days[0], FEATURES)
        written = {day: write_state(engine, day, root / "states", FEATURES) for day in days}
        engine.close()
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


def test_the_state_of_a_day_is_these_tables(known):
    assert known[TODAY].keys() == TABLES


@settings(max_examples=8)
@given(st.lists(one_purchase, min_size=1, max_size=60))
def test_a_planted_future_is_not_found_in_the_state(known, future):
    assert states(purchases() + future, (EARLIER, TODAY)) == known


@pytest.mark.parametrize("day", range(FIRST_DAY + 7, FIRST_DAY + DAYS + 1, 7))
def test_the_state_of_a_day_is_that_of_a_shop_which_ended_the_day_before(day):
    before = [purchase for purchase in purchases() if purchase[0] < day]
    assert states(before, (day,)) == states(purchases(), (day,))


def test_a_purchase_of_the_day_before_is_found():
    planted = [(TODAY - 1, customer_id(CUSTOMERS - 1), article_id(ARTICLES - 1), 5.0)] * 2
    planted += [(TODAY - 1, customer_id(i), article_id(j), 5.0) for i in (1, 2) for j in (0, 1)]
    seen, unseen = states(purchases() + planted, (EARLIER, TODAY)), states(purchases(), (EARLIER, TODAY))
    assert {name for name in TABLES if seen[TODAY][name] != unseen[TODAY][name]} == TABLES
    assert seen[EARLIER] == unseen[EARLIER]
