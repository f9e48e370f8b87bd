"""Progress of a running DuckDB statement."""

import threading

import duckdb
import pytest

from components.ingest.duckdb_progress import duckdb_progress
from transforms.progress import Progress


class Connection:
    """A connection that reports the given percentages in order, then repeats the last one."""

    def __init__(self, *percents):
        self.percents, self.asked = list(percents), threading.Event()

    def query_progress(self):
        if len(self.percents) == 1:
            self.asked.set()
            return self.percents[0]
        return self.percents.pop(0)


class Recorded(Progress):
    """Records every count."""

    def __init__(self):
        super().__init__("read", "rows", 300)
        self.reached = []

    def reach(self, done):
        self.reached.append(done)


@pytest.fixture(autouse=True)
def frequent_polls(monkeypatch):
    monkeypatch.setattr("components.ingest.duckdb_progress.MARK_EVERY_S", 0.001)


def test_percentages_become_rows_between_begun_and_ended_and_never_decrease():
    connection, progress = Connection(-1.0, 25.0, 10.0, 50.0), Recorded()
    with duckdb_progress(connection, progress, 100, 300):
        assert connection.asked.wait(30)
    assert list(dict.fromkeys(progress.reached)) == [100, 150, 200, 300]


def test_a_failed_statement_does_not_reach_the_end():
    progress = Recorded()
    with pytest.raises(ZeroDivisionError), duckdb_progress(Connection(0.0), progress, 100, 300):
        raise ZeroDivisionError
    assert 300 not in progress.reached


def test_duckdb_reports_its_own_progress():
    """Repeats a statement that finishes between two polls."""
    connection, progress = duckdb.connect(), Recorded()
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    connection.execute("CREATE TABLE numbers AS SELECT range AS n FROM range(2_000_000)")
    for _ in range(100):
        with duckdb_progress(connection, progress, 0, 300):
            connection.execute("SELECT sum(sin(n) * cos(n) * sqrt(n)) FROM numbers").fetchall()
        if any(0 < done < 300 for done in progress.reached):
            return
    pytest.fail("DuckDB reported no progress between 0 and 100 %")
