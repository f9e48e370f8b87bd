"""A profile contains statements and functions of all threads until it is stopped."""

import threading

import duckdb

from benchmarks.performance.profiling import Profile

LONG = 1_000_000  # iterations that take longer than all other functions, so that this one is listed


def busy(n):
    total = 0
    for i in range(n):
        total += i * i
    return total


def test_statements_and_functions_of_all_threads_are_profiled():
    profile = Profile()
    profile.start()
    connection = duckdb.connect()
    for modulus in (7, 9):
        query = f"-- a comment\nselect sum(range) from range(1000000) group by range % {modulus}"
        assert len(connection.execute(query).fetchall()) == modulus
    connection.execute("select 1")
    connection.execute("select 1")
    thread = threading.Thread(target=busy, args=(LONG,))
    thread.start()
    thread.join()
    profile.stop()
    busy(10)
    connection.execute("select 2")
    text = profile.text()

    assert "| 2 | `select 1` |" in text
    assert "`select sum(range) from range(N) group by range % 7`" in text
    assert "select 2" not in text
    assert "(busy)" in text
    (calls,) = (line.split()[0] for line in text.splitlines() if line.endswith("(busy)"))
    assert calls == "1"


def test_a_profile_can_be_restarted():
    profile = Profile()
    profile.stop()
    for _ in range(2):
        profile.start()
        busy(LONG)
        profile.stop()

    (calls,) = (line.split()[0] for line in profile.text().splitlines() if line.endswith("(busy)"))
    assert calls == "2"
