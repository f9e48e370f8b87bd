"""Models and simple rankings are measured on the same customers; the command writes their tables."""

import sys

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from benchmarks.document import END, begin
from benchmarks.quality.time_split.__main__ import main
from benchmarks.quality.time_split.figures import METRICS
from benchmarks.quality.time_split.measuring import ALL, NEW, measure_model, measure_simple
from benchmarks.quality.time_split.queries import BASKETS, CUSTOMERS
from benchmarks.quality.time_split.report import COMMAND
from benchmarks.quality.time_split.split import split_by_time
from transforms.columns import FILES, TABLES


def test_all_rankings_have_the_figures_of_the_same_customers(data, config):
    split = split_by_time(data.purchases.days, 0.7, 0.15)
    model, simple = measure_model(data, split, config), measure_simple(data, split)
    bought = data.purchases.customer_rows[data.purchases.days >= split.judged]
    assert model[CUSTOMERS][ALL]["customers"] == len(set(bought))
    for kind in (CUSTOMERS, BASKETS):
        for what, names in ((ALL, {"popular_train", "popular", "own"}), (NEW, {"popular_train", "popular"})):
            ours, theirs = model[kind][what], simple[kind][what]
            assert ours["of"] == theirs["of"]
            assert (set(ours["rankings"]), set(theirs["rankings"])) == ({"towers", "ranker"}, names)
            for figures in (*ours["rankings"].values(), *theirs["rankings"].values()):
                assert set(figures) == set(METRICS)
                assert {len(values) for values in figures.values()} == {ours["customers"]}


@pytest.mark.proof
def test_the_command_writes_its_tables_into_the_document(tiny, tmp_path, monkeypatch, capsys):
    csvs = tmp_path / "csvs"
    csvs.mkdir()
    for name in TABLES:
        pa_csv.write_csv(pq.read_table(tiny.tables / f"{name}.parquet"), csvs / FILES[name])
    page = tmp_path / "page.md"
    page.write_text(f"{begin(COMMAND)}\n{END}\n")
    small = [f"--set=retrieval.{name}={value}" for name, value in (("epochs", 1), ("hidden_units", 16))]
    arguments = [f"--data={csvs}", f"--to={page}", f"--work={tmp_path / 'work'}", "--seeds=1", *small]
    monkeypatch.setattr(sys, "argv", ["time_split", *arguments])
    assert main() == 0
    assert page.read_text().count("| joint loss, time features: ranker |") == 2
    made = capsys.readouterr().err
    assert made.count("time-split:") == 5  # four models and the simple rankings
    assert main() == 0
    assert capsys.readouterr().err == ""


def test_an_unknown_setting_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["time_split", "--data=shop", "--set=ranking_wieght=2"])
    assert main() == 2
    assert "ranking_weight" in capsys.readouterr().err
