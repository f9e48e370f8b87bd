"""The days of a run: training days, list weeks and the test week.

Days are int, counted from 1970-01-01. A state as of day d holds the purchases dated before d.

    ... | list week | list week | test week |
        first_list_day          cut         end       (each week is `label_days` long)
"""

import dataclasses
import datetime
import json
import pathlib

from transforms.errors import DataError

FILE = "calendar.json"
_EPOCH = datetime.date(1970, 1, 1)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Calendar:
    """The days of a run.

    Attributes:
        first: first day with a purchase.
        end: day after the last purchase; the pushed state is as of this day.
        label_days: length of a list week and of the test week, in days.
        list_weeks: number of past weeks the ranking network is trained on; 0 if nothing is trained.
    """

    first: int
    end: int
    label_days: int
    list_weeks: int

    @property
    def cut(self) -> int:
        """First day of the test week; the judged state is as of this day."""
        return self.end - self.label_days

    @property
    def list_days(self) -> tuple[int, ...]:
        """First days of the list weeks, oldest first."""
        return tuple(self.cut - self.label_days * i for i in range(self.list_weeks, 0, -1))

    @property
    def state_days(self) -> tuple[int, ...]:
        """The days of all states, oldest first: the list days, the cut and the end."""
        return (*self.list_days, self.cut, self.end)

    def day(self, as_of: str) -> int:
        """Returns the day named `cut` or `end`.

        Args:
            as_of: `cut` or `end`.
        """
        return {"cut": self.cut, "end": self.end}[as_of]

    def save(self, states: pathlib.Path) -> None:
        """Writes the calendar as JSON, with the dates of the cut and the end.

        Args:
            states: states folder.
        """
        dates = {"cut_date": date_of(self.cut), "end_date": date_of(self.end)}
        (states / FILE).write_text(json.dumps({**dataclasses.asdict(self), **dates}, indent=1))


def load_calendar(states: pathlib.Path) -> Calendar:
    """Reads the calendar of a states folder.

    Args:
        states: states folder.
    """
    tree = json.loads((states / FILE).read_text())
    return Calendar(**{f.name: tree[f.name] for f in dataclasses.fields(Calendar)})


def plan(*, first: int, last: int, label_days: int, list_weeks: int) -> Calendar:
    """Plans the weeks backwards from the last day with a purchase.

    Plans fewer list weeks if the data are short, so that at least `label_days` days of history lie before the first.

    Args:
        first: first day with a purchase.
        last: last day with a purchase.
        label_days: length of a week, in days.
        list_weeks: maximum number of list weeks; 0 if nothing is trained.

    Raises:
        DataError: the data are too short for history, one list week (if `list_weeks` is not 0) and the test week.
    """
    days = last + 1 - first
    fitting = min(list_weeks, days // label_days - 2)
    if fitting < min(1, list_weeks):
        weeks, parts = (3, "history, one list week, the test week") if list_weeks else (2, "history, the test week")
        raise DataError(
            f"transactions_train.csv must span at least {weeks} * label_days = {weeks * label_days} days ({parts}). "
            f"Received: {days} days. Give more data or a smaller label_days."
        )
    return Calendar(first=first, end=last + 1, label_days=label_days, list_weeks=fitting)


def date_of(day: int) -> str:
    """Returns the date of a day number, as YYYY-MM-DD.

    >>> date_of(18527)
    '2020-09-22'
    """
    return (_EPOCH + datetime.timedelta(days=day)).isoformat()


def day_of(date: datetime.date) -> int:
    """Returns the day number of a date.

    >>> day_of(datetime.date(2020, 9, 22))
    18527
    """
    return (date - _EPOCH).days
