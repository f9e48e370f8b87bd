"""Arguments and errors of `refresh`, `run-compiled` and `backtest`."""

import dataclasses

import pytest

from lookbook.cli import main
from pipeline.toml_text import to_toml
from tests.kubeflow.conftest import GOLDEN


def test_a_refresh_without_a_version_is_an_error_and_writes_nothing(tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["refresh", "--data", str(tmp_path), "--out", str(out)]) == 1
    assert f"{out / 'serving' / 'lookbook'} has none; run `lookbook run --out {out}`" in capsys.readouterr().err
    assert not out.exists()


@pytest.fixture
def refreshed_with(monkeypatch):
    """Collects the settings of each `refresh` instead of running it."""
    from lookbook import run_summary
    from pipeline import run, versions

    given = []
    monkeypatch.setattr(run, "refresh", lambda data, out, config, callbacks, **_: given.append(config))
    monkeypatch.setattr(versions, "served_version", lambda out: None)
    monkeypatch.setattr(run_summary, "print_summary", lambda summary, out: None)
    return given


def test_a_refresh_uses_the_settings_of_the_training_unless_others_are_given(refreshed_with, tmp_path):
    from pipeline.config import load_config

    words = ["refresh", "--data", str(tmp_path), "--out", str(tmp_path)]
    assert main(words) == 0
    trained = load_config(None, ["label_days=3", "push.keep_versions=4"])
    (tmp_path / "settings.toml").write_text(to_toml(trained.as_tree()))
    assert main(words) == 0
    assert main([*words, "--set", "seed=5"]) == 0
    assert main([*words, "--preset", "one-week"]) == 0
    assert refreshed_with == [load_config(None, []), trained, trained.replace(seed=5), load_config("one-week", [])]


@pytest.fixture
def ran(monkeypatch):
    """Collects the arguments of `run-compiled` instead of running tasks."""
    from kubeflow import run_compiled as module

    given = {}

    def run_compiled(compiled, parameters, out, *, callbacks):
        given.update(compiled=compiled, parameters=parameters, out=out, callbacks=callbacks)
        metadata = {"pushed_destination": "/out/serving/lookbook/7"}
        return {("push", "pushed_model"): module.Artifact("minio://b/x", metadata, out)}

    monkeypatch.setattr(module, "run_compiled", run_compiled)
    return given


def test_run_compiled_passes_data_and_parameters_and_prints_the_pushed_version(ran, tmp_path, capsys):
    words = ["--data", str(tmp_path), "--out", str(tmp_path / "out"), "--parameter", "data_version=may=june"]
    assert main(["run-compiled", str(GOLDEN / "kubeflow-cpu-refresh.yaml"), *words]) == 0
    assert ran["compiled"].name == "lookbook-refresh"
    assert ran["parameters"] == {"data_dir": str(tmp_path), "data_version": "may=june"}
    assert ran["out"] == tmp_path / "out"
    out = capsys.readouterr().out
    assert "tasks       26 of the pipeline lookbook-refresh done" in out
    assert "pushed      /out/serving/lookbook/7" in out


def test_run_compiled_without_data_uses_the_default_of_the_pipeline(ran, tmp_path):
    assert main(["run-compiled", str(GOLDEN / "kubeflow-cpu.yaml"), "--out", str(tmp_path)]) == 0
    assert ran["parameters"] == {}


def test_a_missing_file_is_one_line(tmp_path, capsys):
    assert main(["run-compiled", str(tmp_path / "none.yaml")]) == 1
    assert "none.yaml must be a compiled pipeline" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["backtest", "rolling"])
def test_backtest_and_its_former_name_print_the_table_and_write_it(name, monkeypatch, tmp_path, capsys):
    from operations import backtest, backtest_table
    from pipeline.config import load_config

    figures = {"version": 1, "customers": 5, "map_at_12": 0.2, "popular": 0.05, "own_purchases": 0.1}
    cells = [
        backtest_table.Cell(policy=policy, first="2020-06-01", pushed=True, said="passed", seconds=9.0, **figures)
        for policy in backtest_table.POLICIES
    ]
    calls = []

    def simulate(data, work, config, *, periods, disk_check, on_cell):
        calls.append((data, work, config, periods))
        for cell in cells:
            on_cell(cell)
        broken = dataclasses.replace(
            cells[1], policy=backtest_table.BROKEN_REFRESH, pushed=False, said="refused: broken"
        )
        return backtest_table.Backtest(cells=tuple(cells), broken=(broken,))

    monkeypatch.setattr(backtest, "simulate", simulate)
    words = ["--data", "shop", "--work", str(tmp_path / "work"), "--periods", "1", "--to", str(tmp_path / "t.md")]
    assert main([name, *words, "--set", "seed=3"]) == 0
    printed = capsys.readouterr()
    assert calls[0][1:] == (tmp_path / "work", load_config(None, ["seed=3"]), 1)
    assert printed.out == (tmp_path / "t.md").read_text()
    assert "| 2020-06-01 | 5 | 0.2000 | 0.2000 | 0.2000 | 0.1000 | 0.0500 |" in printed.out
    assert "version 1 stays served, MAP@12 0.2000; refused: broken" in printed.out
    assert printed.err.count("MAP@12 0.2000, 9 s") == 3
