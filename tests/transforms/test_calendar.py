"""The weeks of a run, planned backwards from the last purchase."""

import datetime

import pytest

from transforms.calendar import Calendar, date_of, day_of, load_calendar, plan
from transforms.errors import DataError


def test_weeks_are_adjacent_and_end_with_the_data():
    calendar = plan(first=0, last=69, label_days=7, list_weeks=3)
    assert calendar.end == 70
    assert calendar.cut == 63
    assert calendar.list_days == (42, 49, 56)
    assert calendar.state_days == (42, 49, 56, 63, 70)


@pytest.mark.parametrize(("last", "weeks"), [(20, 1), (27, 2), (26, 1), (34, 3), (400, 3)])
def test_short_data_have_fewer_list_weeks_and_always_a_week_of_history(last, weeks):
    calendar = plan(first=0, last=last, label_days=7, list_weeks=3)
    assert len(calendar.list_days) == weeks
    assert calendar.list_days[0] - calendar.first >= 7


def test_too_short_data_are_refused_with_the_remedy():
    with pytest.raises(DataError, match=r"at least 3 \* label_days = 21 days .* Received: 20 days\. Give more data"):
        plan(first=0, last=19, label_days=7, list_weeks=3)


def test_without_training_there_are_no_list_weeks_and_two_weeks_suffice():
    calendar = plan(first=0, last=13, label_days=7, list_weeks=0)
    assert calendar.state_days == (calendar.day("cut"), calendar.day("end")) == (7, 14)
    with pytest.raises(DataError, match=r"at least 2 \* label_days = 14 days .* Received: 13 days"):
        plan(first=0, last=12, label_days=7, list_weeks=0)


def test_a_calendar_is_read_back_from_its_file(tmp_path):
    calendar = Calendar(first=1, end=90, label_days=7, list_weeks=4)
    calendar.save(tmp_path)
    assert load_calendar(tmp_path) == calendar
    assert '"end_date": "1970-04-01"' in (tmp_path / "calendar.json").read_text()


@pytest.mark.parametrize("date", ["1970-01-01", "2020-02-29", "2020-09-22"])
def test_days_and_dates_convert_both_ways(date):
    assert date_of(day_of(datetime.date.fromisoformat(date))) == date
