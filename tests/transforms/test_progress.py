"""Progress is logged with the right figures, intervals and levels."""

import logging

import pytest

from transforms.progress import LOGGER, Progress


class Clock:
    """A clock that the test advances."""

    now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def records(caplog):
    """Returns a function that returns the records, including DEBUG, as (level, mark)."""
    caplog.set_level(logging.DEBUG, LOGGER)
    return lambda: [(record.levelname, record.mark) for record in caplog.records]


def test_marks_are_logged_twice_a_second_and_as_info_every_ten_seconds(clock, records):
    progress = Progress("read", "rows", 1_000, clock)
    for _ in range(100):  # 25 seconds
        clock.now_s += 0.25
        progress.advance(10)
    assert len(records()) == 50
    assert [mark.elapsed_s for level, mark in records() if level == "INFO"] == [10.0, 20.0]


@pytest.mark.parametrize(
    ("total", "even", "seconds_left", "text"),
    [
        (3_000, True, 8.0, "read: 1,000 of 3,000 rows, 250/s, 0:08 left"),
        (None, True, None, "read: 1,000 rows, 250/s"),
        (3_000, False, None, "read: 1,000 of 3,000 rows, 250/s"),
    ],
    ids=["total", "no total", "uneven units"],
)
def test_a_mark_has_the_rate_and_for_even_units_with_a_total_the_time_left(
    clock, records, total, even, seconds_left, text
):
    progress = Progress("read", "rows", total, clock, even=even)
    clock.now_s += 4
    progress.advance(1_000)
    ((_, mark),) = records()
    assert (mark.done, mark.total, mark.rate, mark.seconds_left) == (1_000, total, 250.0, seconds_left)
    assert str(mark) == text


def test_completion_is_logged_at_once_as_info(clock, records):
    with Progress("read", "rows", 10, clock) as progress:
        clock.now_s += 0.1
        progress.advance(10)
    (begun, _), (ended, mark) = records()
    assert (begun, ended) == ("DEBUG", "INFO")
    assert mark.finished
    assert str(mark) == "read: 10 rows in 0.1 s, 100/s"


def test_completion_is_not_logged_after_an_error(clock, records):
    with pytest.raises(ZeroDivisionError), Progress("read", "rows", 10, clock):
        raise ZeroDivisionError
    assert [mark.finished for _, mark in records()] == [False]


def test_a_reduced_total_shortens_the_time_left(clock, records):
    progress = Progress("train", "examples", 1_000, clock)
    progress.reduce_total(700)
    clock.now_s += 1
    progress.advance(100)
    ((_, mark),) = records()
    assert (mark.total, mark.seconds_left) == (300, 2.0)


def test_without_debug_only_info_is_logged(clock, caplog):
    caplog.set_level(logging.INFO, LOGGER)
    progress = Progress("read", "rows", 100, clock)
    for _ in range(24):
        clock.now_s += 0.5
        progress.advance()
    assert [record.mark.done for record in caplog.records] == [20]
