"""The arrays of a state have a row for every customer, including those it does not describe."""

import numpy as np

from models.recommender.state import CUSTOMER_NUMBERS, load_tables
from tests.tiny_shop import CUSTOMERS, LABEL_DAYS, purchases


def test_customers_a_past_state_does_not_describe_have_no_purchases(tiny):
    day = tiny.calendar.list_days[0]
    tables = load_tables(tiny.states, day)
    buyers = sorted({int(c[1:]) for d, c, *_ in purchases() if day <= d < day + LABEL_DAYS})
    others = np.setdiff1d(np.arange(CUSTOMERS + 1), buyers)
    no_purchases = [-1.0 if name.endswith("_day") else 0.0 for name in CUSTOMER_NUMBERS]

    assert tables["customer_numbers"].shape == (CUSTOMERS + 1, len(CUSTOMER_NUMBERS))
    np.testing.assert_array_equal(tables["customer_numbers"][others], np.tile(no_purchases, (len(others), 1)))
    counted = tables["customer_numbers"][:, CUSTOMER_NUMBERS.index("purchases")]
    wanted = {c: len({(d, a) for d, other, a, _ in purchases() if other == f"c{c:03d}" and d < day}) for c in buyers}
    assert {c: counted[c] for c in buyers} == wanted
    for table in ("history", "recent"):
        counts = np.diff(tables[f"{table}_offsets"])
        assert not counts[others].any()
        assert {c: counts[c] > 0 for c in buyers} == {c: wanted[c] > 0 for c in buyers}


def test_the_state_of_the_end_describes_all_buyers(tiny):
    tables = load_tables(tiny.states, tiny.calendar.end)
    counts = np.diff(tables["recent_offsets"])
    assert set(np.flatnonzero(counts)) == {int(c[1:]) for _, c, *_ in purchases()}
