"""Runs: their steps with states and durations, the step at work, and the end of the log."""

import datetime
import os

from console.runs import log_end, read_runs
from tests.console.hostile_shop import SCRIPT, open_metadata, record_run

UTC = datetime.timezone.utc


def test_runs_are_read_newest_first_with_their_steps(tmp_path):
    record_run(tmp_path, "one", {"Ingest": "COMPLETE", "Push": "FAILED"})
    record_run(tmp_path, "two", {"Ingest": "CACHED", "Features": "COMPLETE"})
    runs = read_runs(tmp_path, datetime.datetime.now(UTC))
    steps = [[(step.name, step.state) for step in run.steps] for run in runs]
    assert steps == [[("Ingest", "cached"), ("Features", "done")], [("Ingest", "done"), ("Push", "failed")]]
    assert [(run.pipeline, run.state, run.cached, run.at_work) for run in runs] == [
        ("lookbook", "ended", 1, None),
        ("lookbook", "failed", 0, None),
    ]


def test_a_running_step_lasts_until_now(tmp_path):
    record_run(tmp_path, "one", {"Ingest": "RUNNING"})
    (execution,) = open_metadata(tmp_path).get_executions()
    begin = datetime.datetime.fromtimestamp(execution.create_time_since_epoch / 1000, UTC)
    (run,) = read_runs(tmp_path, begin + datetime.timedelta(seconds=90))
    assert run.at_work == run.steps[0]
    assert (run.at_work.seconds, run.seconds) == (90, 90)


def test_a_folder_without_runs_has_none(tmp_path, client):
    assert read_runs(tmp_path, datetime.datetime.now(UTC)) == []
    assert log_end(tmp_path) == []


def test_the_end_of_a_long_log_has_whole_lines(tmp_path):
    lines = [f"line {number:06d}" for number in range(10_000)]
    (tmp_path / "run.log").write_text("\n".join(lines))
    end = log_end(tmp_path)
    assert end == lines[-len(end) :]
    assert 1000 < len(end) < 3000


def test_the_page_shows_the_step_at_work_and_loads_itself_again_if_asked_to(client):
    assert "http-equiv" not in client.get("/runs").text
    page = client.get("/runs?follow=yes").text
    assert '<meta http-equiv="refresh" content="5">' in page
    assert "<strong>&lt;b&gt;Push</strong>" in page
    assert "2 steps finished; the run before had 2" in page
    assert "first line" in page
    assert SCRIPT not in page


def test_a_run_whose_log_no_longer_grows_is_not_at_work(client, console):
    log = console.out / "run.log"
    before = log.stat()
    os.utime(log, (before.st_mtime - 700, before.st_mtime - 700))
    page = client.get("/runs?follow=yes").text
    os.utime(log, (before.st_mtime, before.st_mtime))
    assert "http-equiv" not in page
    assert "the run was probably killed" in page
