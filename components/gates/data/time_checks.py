"""Checks of the days of the transactions: mistyped days, a missing last week, days in the future.

The last day determines the judged week and the day of the pushed model's state. A few rows with a mistyped year would
move both to days without purchases. These checks compare the sales of the last days with those before them.
"""

from __future__ import annotations

import dataclasses
import datetime
import glob
import pathlib
import statistics
from collections.abc import Sequence

import duckdb

from transforms.columns import CUSTOMER_ID, DAY, FILES, parquet_file

MAX_GAP_DAYS = 90
MIN_SHARE = 0.1
USUAL_SHARE = 0.5
_PERIODS_BEFORE, _MIN_PERIODS = 8, 3
_MIN_EXPECTED = 10
_TAIL_DAYS = 400  # a year, for years mistyped by one, and a month
_WEEK_DAYS = 7
_ONE_DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Sales:
    """Sales by day and by period.

    Attributes:
        rows: days with transactions, ascending, each with its number of transactions.
        buyers: distinct customers of each period of `label_days`, in descending order of time; the first is the judged
            period. 0 for periods without transactions.
        label_days: length of a period, in days.
    """

    rows: Sequence[tuple[datetime.date, int]]
    buyers: Sequence[int]
    label_days: int


@dataclasses.dataclass(frozen=True)
class Findings:
    """Findings of the checks, one line each.

    Attributes:
        reasons: findings that stop the run.
        warnings: findings that do not stop it.
    """

    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


NOTHING_FOUND = Findings()


def read_sales(tables: pathlib.Path, label_days: int) -> Sales:
    """Counts the transactions that ingest kept.

    Args:
        tables: folder with `transactions.parquet`.
        label_days: length of a period, in days.
    """
    source = [glob.escape(str(tables / parquet_file("transactions")))]
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT {DAY}, count(*) FROM read_parquet(?) GROUP BY 1 ORDER BY 1", source
        ).fetchall()
        counted = connection.execute(
            f"SELECT date_diff('day', {DAY}, max_day) // {int(label_days)} AS period, count(DISTINCT {CUSTOMER_ID}) "
            f"FROM read_parquet(?), (SELECT max({DAY}) AS max_day FROM read_parquet(?)) GROUP BY 1",
            source * 2,
        ).fetchall()
    found = dict(counted)
    return Sales(rows, [found.get(period, 0) for period in range(max(found, default=-1) + 1)], label_days)


def check_time(sales: Sales, today: datetime.date) -> Findings:
    """Applies all checks of this module.

    Args:
        sales: from `read_sales`.
        today: current day. Days after tomorrow count as the future, to allow for time zones.
    """
    if not sales.rows:
        return Findings()
    reasons = _future(sales, today) or _few_after_a_gap(sales) or _few_in_the_last_periods(sales)
    return Findings(tuple(reasons), tuple(_gap_warnings(sales) + ([] if reasons else _low_last_period(sales))))


def _future(sales: Sales, today: datetime.date) -> list[str]:
    late = [(day, count) for day, count in sales.rows if day > today + _ONE_DAY]
    if not late:
        return []
    return [
        f"transactions.{DAY}: {_transactions(late)} dated in the future, to {late[-1][0]}; today is {today}; "
        f"correct or remove the mistyped days in {FILES['transactions']}"
    ]


def _few_after_a_gap(sales: Sales) -> list[str]:
    """Finds a gap of more than `MAX_GAP_DAYS` followed by fewer transactions than a usual week, or by a single day."""
    for position in _gaps(sales):
        before, after = sales.rows[: position + 1], sales.rows[position + 1 :]
        week = _usual_week(before[::-1])
        if _count(after) < week or len(after) == 1:
            gap_days = (after[0][0] - before[-1][0]).days
            return [
                f"transactions.{DAY}: only {_transactions(after)} dated after a gap of {gap_days:,} days, from "
                f"{before[-1][0]} to {after[0][0]}, where a week before it had {week:,.0f}; correct or remove the "
                f"mistyped days in {FILES['transactions']}, or give more days after the gap"
            ]
    return []


def _few_in_the_last_periods(sales: Sales) -> list[str]:
    """Finds last periods, within `_TAIL_DAYS`, with far fewer buyers than the periods before them.

    Several periods are suspicious only if each of them is, so that a shop that reopens after a closed season passes.
    """
    total = 0
    for count in range(1, min(len(sales.buyers), _TAIL_DAYS // sales.label_days + 1)):
        total += sales.buyers[count - 1]
        before = sales.buyers[count:]
        if count > 1 and sum(buyers > 0 for buyers in before) < _MIN_PERIODS:
            break  # the first periods of the data may have fewer buyers
        usual = _usual_buyers(before)
        if count > 1 and max(sales.buyers[:count]) >= USUAL_SHARE * usual:
            continue
        if usual * count >= _MIN_EXPECTED and total < MIN_SHARE * usual * count:
            last = sales.rows[-1][0]
            first = last - (count * sales.label_days - 1) * _ONE_DAY
            return [
                f"transactions.{DAY}: only {total:,} customers bought in the {count * sales.label_days:,} days from "
                f"{first} to {last}, where about {usual * count:,.0f} did in as many days before; correct or remove "
                f"mistyped days in {FILES['transactions']}, give the complete last days, or leave out older data "
                "if the shop has shrunk"
            ]
    return []


def _gap_warnings(sales: Sales) -> list[str]:
    lines = []
    for position in _gaps(sales):
        before, after = sales.rows[: position + 1], sales.rows[position + 1 :]
        line = f"transactions.{DAY}: there are no transactions between {before[-1][0]} and {after[0][0]}"
        if _count(before) < _usual_week(after):
            line += f", and only {_transactions(before)} before that; check their days for typing errors"
        lines.append(line)
    return lines


def _low_last_period(sales: Sales) -> list[str]:
    judged, usual = sales.buyers[0], _usual_buyers(sales.buyers[1:])
    if usual < _MIN_EXPECTED or judged >= USUAL_SHARE * usual:
        return []
    return [
        f"transactions.{DAY}: {judged:,} customers bought in the last {sales.label_days} days, to {sales.rows[-1][0]}, "
        f"where about {usual:,.0f} did in as many days before; check that the export contains the last days completely"
    ]


def _gaps(sales: Sales) -> list[int]:
    """Positions in `rows` of the days that a gap of more than `MAX_GAP_DAYS` follows."""
    days = [day for day, _ in sales.rows]
    return [position for position in range(len(days) - 1) if (days[position + 1] - days[position]).days > MAX_GAP_DAYS]


def _usual_buyers(periods: Sequence[int]) -> float:
    """Median of the nearest periods that have buyers; 0 if none has."""
    filled = [buyers for buyers in periods if buyers][:_PERIODS_BEFORE]
    return statistics.median(filled) if filled else 0.0


def _usual_week(rows: Sequence[tuple[datetime.date, int]]) -> float:
    """Median transactions of the first weeks with transactions; the rows may run forward or backward in time."""
    weeks: dict[int, int] = {}
    for day, count in rows:
        week = abs((day - rows[0][0]).days) // _WEEK_DAYS
        if week not in weeks and len(weeks) == _PERIODS_BEFORE:
            break
        weeks[week] = weeks.get(week, 0) + count
    return statistics.median(weeks.values())


def _count(rows: Sequence[tuple[datetime.date, int]]) -> int:
    return sum(count for _, count in rows)


def _transactions(rows: Sequence[tuple[datetime.date, int]]) -> str:
    count = _count(rows)
    return f"{count:,} transaction is" if count == 1 else f"{count:,} transactions are"
