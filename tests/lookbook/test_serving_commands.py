"""`lookbook serve` answers `lookbook query` and `lookbook similar`, by product names."""

import os
import re
import signal
import subprocess
import sys
import threading

import pytest

from lookbook.cli import main

START_TIMEOUT_S = 120


@pytest.fixture(scope="module")
def port(out):
    process = subprocess.Popen(
        [sys.executable, "-m", "lookbook", "serve", "--out", str(out), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    watchdog = threading.Timer(START_TIMEOUT_S, process.kill)
    watchdog.start()
    line = process.stdout.readline()
    watchdog.cancel()
    found = re.fullmatch(r"serving lookbook on 127\.0\.0\.1:(\d+)\n", line)
    assert found, line
    yield found[1]
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=START_TIMEOUT_S) == 0
    process.stdout.close()


def rows(text):
    """The cells of each line of a table that has any."""
    lines = [re.split(r"\s*[│┃]\s*", line)[1:-1] for line in text.splitlines()]
    return [cells for cells in lines if cells]


def test_query_shows_names_and_channels(port, capsys):
    assert main(["query", "c5", "--port", port, "--k", "3"]) == 0
    text = capsys.readouterr().out
    assert rows(text) == [
        ["", "article", "name", "type", "colour", "score", "why"],
        ["1", "a05", "Name a05", "T-shirt", "Black", "1.0000", "recent"],
        ["2", "a06", "Name a06", "T-shirt", "Black", "0.5000", "recent"],
        ["3", "a07", "Name a07", "T-shirt", "Black", "0.3333", "recent"],
    ]
    assert "version 7 of the model" in text


def test_query_without_k_shows_twelve(port, capsys):
    assert main(["query", "c0", "--port", port]) == 0
    assert len(rows(capsys.readouterr().out)) == 1 + 12


def test_a_name_in_brackets_is_no_markup(port, capsys):
    assert main(["query", "c0", "--port", port, "--k", "1"]) == 0
    assert rows(capsys.readouterr().out)[1][2] == "[bold] Tee"


def test_query_takes_what_was_just_looked_at(port, capsys):
    assert main(["query", "stranger", "--port", port, "--recent", "a07,a01", "--k", "1"]) == 0
    assert rows(capsys.readouterr().out)[1][1] == "a07"


def test_similar_shows_neighbours_without_channels(port, capsys):
    assert main(["similar", "a07", "--port", port, "--k", "2"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("like a07: Name a07, T-shirt, Black\n")
    assert [row[1] for row in rows(text)] == ["article", "a08", "a09"]
    assert "why" not in text


def test_an_article_that_is_not_in_the_catalogue_is_refused(port, capsys):
    assert main(["similar", "nonesuch", "--port", port]) == 1
    assert "article_id must be one of the catalogue's; received 'nonesuch'" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said_and_exits_1(out, port):
    done = subprocess.run(
        [sys.executable, "-m", "lookbook", "serve", "--out", str(out), "--port", port],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "port must be free" in done.stderr
    assert "Traceback" not in done.stderr
