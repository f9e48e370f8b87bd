"""`refresh`, `run-compiled` and `rolling`: what they hand over, and what they say when they cannot."""

import dataclasses

import pytest

from lookbook.cli import main
from pipeline.settings import as_tree, to_toml
from tests.kubeflow.conftest import GOLDEN


def test_a_refresh_of_nothing_says_to_run_first_and_writes_nothing(tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["refresh", "--data", str(tmp_path), "--out", str(out)]) == 1
    assert f"{out / 'serving' / 'lookbook'} has none; run `lookbook run --out {out}`" in capsys.readouterr().err
    assert not out.exists()


@pytest.fixture
def refreshed_with(monkeypatch):
    """The settings each `refresh` was given; nothing is refreshed."""
    from lookbook import outcome
    from pipeline import run, versions

    given = []
    monkeypatch.setattr(run, "refresh", lambda data, out, config, watcher, **_: given.append(config))
    monkeypatch.setattr(versions, "served_version", lambda out: None)
    monkeypatch.setattr(outcome, "show", lambda summary, out: None)
    return given


def test_a_refresh_has_the_settings_the_weights_were_trained_with_unless_told_others(refreshed_with, tmp_path):
    from pipeline.config import load_config

    words = ["refresh", "--data", str(tmp_path), "--out", str(tmp_path)]
    assert main(words) == 0
    trained = load_config(None, ["label_days=3", "push.keep_versions=4"])
    (tmp_path / "settings.toml").write_text(to_toml(as_tree(trained)))
    assert main(words) == 0
    assert main([*words, "--set", "seed=5"]) == 0
    assert main([*words, "--preset", "one-week"]) == 0
    assert refreshed_with == [
        load_config(None, []),
        trained,
        dataclasses.replace(trained, seed=5),
        load_config("one-week", []),
    ]


@pytest.fixture
def ran(monkeypatch):
    """What `run-compiled` hands over; the tasks are not run."""
    from kubeflow import without_cluster

    given = {}

    def run_compiled(compiled, parameters, out, *, watcher):
        given.update(compiled=compiled, parameters=parameters, out=out, watcher=watcher)
        metadata = {"pushed_destination": "/out/serving/lookbook/7"}
        return {("push", "pushed_model"): without_cluster.Artifact("minio://b/x", metadata, out)}

    monkeypatch.setattr(without_cluster, "run_compiled", run_compiled)
    return given


def test_run_compiled_hands_over_the_data_and_the_parameters_and_tells_what_was_pushed(ran, tmp_path, capsys):
    words = ["--data", str(tmp_path), "--out", str(tmp_path / "out"), "--parameter", "data_version=may=june"]
    assert main(["run-compiled", str(GOLDEN / "kubeflow-cpu-refresh.yaml"), *words]) == 0
    assert ran["compiled"].name == "lookbook-refresh"
    assert ran["parameters"] == {"data_dir": str(tmp_path), "data_version": "may=june"}
    assert ran["out"] == tmp_path / "out"
    out = capsys.readouterr().out
    assert "tasks       20 of the pipeline lookbook-refresh done" in out
    assert "pushed      /out/serving/lookbook/7" in out


def test_run_compiled_without_data_leaves_the_pipelines_default(ran, tmp_path):
    assert main(["run-compiled", str(GOLDEN / "kubeflow-cpu.yaml"), "--out", str(tmp_path)]) == 0
    assert ran["parameters"] == {}


def test_a_file_that_is_not_there_is_said_in_a_line(tmp_path, capsys):
    assert main(["run-compiled", str(tmp_path / "none.yaml")]) == 1
    assert "none.yaml must be a compiled pipeline" in capsys.readouterr().err


def test_rolling_prints_the_table_and_writes_it_where_told(monkeypatch, tmp_path, capsys):
    from operations import backtest, backtest_table
    from pipeline.config import load_config

    figures = {"version": 1, "customers": 5, "map_at_12": 0.2, "popular": 0.05, "own_purchases": 0.1}
    cells = [
        backtest_table.Cell(policy=policy, first="2020-06-01", pushed=True, said="passed", seconds=9.0, **figures)
        for policy in backtest_table.POLICIES
    ]
    calls = []

    def simulate(data, work, config, *, periods, disk_check, says):
        calls.append((data, work, config, periods))
        for cell in cells:
            says(cell)
        broken = dataclasses.replace(
            cells[1], policy=backtest_table.BROKEN_REFRESH, pushed=False, said="refused: broken"
        )
        return backtest_table.Rolling(cells=tuple(cells), broken=(broken,))

    monkeypatch.setattr(backtest, "simulate", simulate)
    words = ["--data", "shop", "--work", str(tmp_path / "work"), "--periods", "1", "--to", str(tmp_path / "t.md")]
    assert main(["rolling", *words, "--set", "seed=3"]) == 0
    told = capsys.readouterr()
    assert calls[0][1:] == (tmp_path / "work", load_config(None, ["seed=3"]), 1)
    assert told.out == (tmp_path / "t.md").read_text()
    assert "| 2020-06-01 | 5 | 0.2000 | 0.2000 | 0.2000 | 0.1000 | 0.0500 |" in told.out
    assert "version 1 is served on, MAP@12 0.2000; refused: broken" in told.out
    assert told.err.count("MAP@12 0.2000, 9 s") == 3
