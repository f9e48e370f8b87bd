"""The number of list weeks, worked out by hand: weeks of seven days, the test week from day 70 to 76."""

import pytest

from components.features.config import FeaturesConfig
from components.features.duckdb_engine import DuckDbEngine
from components.features.list_weeks import choose_list_weeks
from transforms.errors import DataError

# Buyers of the weeks before the test week, newest week first: 2, 1, 3, none, then 4 in each.
BUYERS = [2, 1, 3, 0, 4, 4, 4, 4, 4, 4]
CONFIG = FeaturesConfig(list_weeks=10, min_list_weeks=1, enough_lists=5)


@pytest.fixture
def engine(tmp_path):
    engine = DuckDbEngine(tmp_path)
    rows = [(c, day) for week, n in enumerate(BUYERS) for c in range(n) for day in (63 - 7 * week, 69 - 7 * week)]
    rows += [(c, 70) for c in range(50)]  # in the test week, which is no list week
    values = ", ".join(str(row) for row in rows)
    engine.query(f"create table purchases as select * from (values {values}) as t (customer_row, day)")
    yield engine
    engine.close()


def weeks(engine, **changed):
    return choose_list_weeks(engine, first=0, end=77, label_days=7, config=CONFIG.replace(**changed))


@pytest.mark.parametrize(("enough", "wanted"), [(1, 1), (2, 1), (3, 2), (4, 3), (6, 3), (7, 5), (10, 5)])
def test_weeks_are_added_until_there_are_enough_lists(engine, enough, wanted):
    assert weeks(engine, enough_lists=enough) == wanted


def test_the_number_of_weeks_respects_minimum_and_maximum(engine):
    assert weeks(engine, min_list_weeks=4) == 4
    assert weeks(engine, enough_lists=1000, list_weeks=4) == 4
    assert weeks(engine, min_list_weeks=6, list_weeks=2) == 2


def test_at_most_half_of_the_weeks_are_list_weeks_above_the_minimum(engine):
    assert weeks(engine, enough_lists=1000) == 5
    assert weeks(engine, enough_lists=1000, min_list_weeks=8) == 8


def test_list_weeks_without_purchases_are_refused(engine):
    """All weeks before the test week except the oldest three are in a gap without purchases."""
    engine.query("delete from purchases where day between 21 and 69")
    assert weeks(engine, list_weeks=8, min_list_weeks=8) == 8
    with pytest.raises(DataError, match=r"at least one of the 6 list weeks before 1970-03-12 must have customers"):
        weeks(engine, list_weeks=6, min_list_weeks=6)


def test_a_single_early_day_adds_no_weeks(engine):
    """Ten weeks and the test week have purchases; half of them are five, for any early day."""
    engine.query("insert into purchases values (0, -365)")
    counted = choose_list_weeks(engine, first=-365, end=77, label_days=7, config=CONFIG.replace(enough_lists=1000))
    assert counted == 5
