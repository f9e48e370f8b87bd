"""What is told of a statement while it runs."""

import threading

import duckdb
import pytest

from components.ingest.following import following
from transforms.progress import Progress


class Connection:
    """DuckDB, as far as it is asked how far it is: the shares one after the other, then the last for ever."""

    def __init__(self, *percents):
        self.percents, self.asked = list(percents), threading.Event()

    def query_progress(self):
        if len(self.percents) == 1:
            self.asked.set()
            return self.percents[0]
        return self.percents.pop(0)


class Told(Progress):
    """Keeps what was reached."""

    def __init__(self):
        super().__init__("read", "rows", 300)
        self.reached = []

    def reach(self, done):
        self.reached.append(done)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr("components.ingest.following.MARK_EVERY_S", 0.001)


def test_shares_become_rows_between_beginning_and_end_and_never_fall():
    connection, told = Connection(-1.0, 25.0, 10.0, 50.0), Told()
    with following(connection, told, 100, 300):
        assert connection.asked.wait(30)
    assert list(dict.fromkeys(told.reached)) == [100, 150, 200, 300]


def test_a_statement_that_fails_does_not_reach_the_end():
    told = Told()
    with pytest.raises(ZeroDivisionError), following(Connection(0.0), told, 100, 300):
        raise ZeroDivisionError
    assert 300 not in told.reached


def test_duckdb_says_how_far_it_is():
    """Its own count; a statement that was done between two questions is run again."""
    connection, told = duckdb.connect(), Told()
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    connection.execute("CREATE TABLE numbers AS SELECT range AS n FROM range(2_000_000)")
    for _ in range(100):
        with following(connection, told, 0, 300):
            connection.execute("SELECT sum(sin(n) * cos(n) * sqrt(n)) FROM numbers").fetchall()
        if any(0 < done < 300 for done in told.reached):
            return
    pytest.fail("DuckDB never said that it was under way")
