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
def told(caplog):
    """Returns a function that returns the records, including DEBUG, as (level, mark)."""
    caplog.set_level(logging.DEBUG, LOGGER)
    return lambda: [(record.levelname, record.mark) for record in caplog.records]


def test_marks_are_logged_twice_a_second_and_as_info_every_ten_seconds(clock, told):
    progress = Progress("read", "rows", 1_000, clock)
    for _ in range(100):  # 25 seconds
        clock.now_s += 0.25
        progress.advance(10)
    assert len(told()) == 50
    assert [mark.elapsed_s for level, mark in told() if level == "INFO"] == [10.0, 20.0]


def test_a_mark_has_rate_and_time_left(clock, told):
    progress = Progress("read", "rows", 3_000, clock)
    clock.now_s += 4
    progress.advance(1_000)
    ((_, mark),) = told()
    assert (mark.done, mark.total, mark.rate, mark.seconds_left) == (1_000, 3_000, 250.0, 8.0)
    assert str(mark) == "read: 1,000 of 3,000 rows, 250/s, 0:08 left"


def test_without_a_total_no_time_left_is_estimated(clock, told):
    progress = Progress("read", "rows", clock=clock)
    clock.now_s += 2
    progress.advance(3)
    ((_, mark),) = told()
    assert mark.seconds_left is None
    assert str(mark) == "read: 3 rows, 1.5/s"


def test_for_uneven_units_no_time_left_is_estimated(clock, told):
    progress = Progress("Beam", "stages", 100, clock, even=False)
    clock.now_s += 2
    progress.advance(50)
    ((_, mark),) = told()
    assert mark.seconds_left is None
    assert str(mark) == "Beam: 50 of 100 stages, 25/s"


def test_completion_is_logged_at_once_as_info(clock, told):
    with Progress("read", "rows", 10, clock) as progress:
        clock.now_s += 0.1
        progress.advance(10)
    (begun, _), (ended, mark) = told()
    assert (begun, ended) == ("DEBUG", "INFO")
    assert mark.finished
    assert str(mark) == "read: 10 rows in 0.1 s, 100/s"


def test_completion_is_not_logged_after_an_error(clock, told):
    with pytest.raises(ZeroDivisionError), Progress("read", "rows", 10, clock):
        raise ZeroDivisionError
    assert [mark.finished for _, mark in told()] == [False]


def test_a_reduced_total_shortens_the_time_left(clock, told):
    progress = Progress("train", "examples", 1_000, clock)
    progress.reduce_total(700)
    clock.now_s += 1
    progress.advance(100)
    ((_, mark),) = told()
    assert (mark.total, mark.seconds_left) == (300, 2.0)


def test_without_debug_only_info_is_logged(clock, caplog):
    caplog.set_level(logging.INFO, LOGGER)
    progress = Progress("read", "rows", 100, clock)
    for _ in range(24):
        clock.now_s += 0.5
        progress.advance()
    assert [record.mark.done for record in caplog.records] == [20]
