"""The sections show the figures of their facts."""

import dataclasses

import pytest

from pages.blocks import Charts, Notes, Table, Tiles
from pages.report.sections import data, figures, funnel, training, verdict
from tests.report_facts import data_facts, figures_facts, funnel_facts, training_facts, verdict_facts


def table(section, caption):
    (found,) = [block for block in section.blocks if isinstance(block, Table) and block.caption == caption]
    return [[cell.text for cell in row] for row in found.rows]


def notes(section):
    return [note.text for block in section.blocks if isinstance(block, Notes) for note in block.notes]


def tiles(section):
    return {tile.label: tile.value for block in section.blocks if isinstance(block, Tiles) for tile in block.tiles}


def charts(section):
    return {chart.title: chart for block in section.blocks if isinstance(block, Charts) for chart in block.charts}


def test_the_outcome_names_the_version_and_the_reason_of_the_model_gate():
    assert verdict.outcome_of(verdict_facts()) == (
        "Pushed",
        "good",
        "Version 1700000001 was pushed. The model gate passed, proven: MAP@12 0.2500.",
    )


def test_the_outcome_of_a_refused_run_names_the_gate_and_its_reason():
    gates = list(verdict_facts().gates)
    gates[2] = dataclasses.replace(gates[2], passed=False, line="refused: worse than popular")
    outcome = verdict.outcome_of(verdict_facts(outcome="refused", version=None, gates=tuple(gates)))
    assert outcome == ("Refused", "bad", "The model gate refused: worse than popular.")


def test_the_outcome_of_a_failed_run_names_the_step_and_its_error():
    run = verdict.RunFacts(kind="run", failed_step="DataGate", error="data gate: no prices")
    outcome = verdict.outcome_of(verdict_facts(outcome="failed", version=None, run=run))
    assert outcome == ("Failed", "bad", "Step DataGate failed. data gate: no prices.")


def test_the_verdict_shows_gates_duration_memory_and_changes():
    section = verdict.section(verdict_facts())
    assert tiles(section) == {
        "Version": "1700000001",
        "MAP@12": "0.2500",
        "MAP@12 gained": "−0.0010",
        "Duration": "5 min 29 s",
        "Memory": "2.2 GiB",
    }
    assert table(section, "Gates")[2] == ["model gate", "passed", "proven: MAP@12 0.2500"]
    assert ["Sizes", "40,036 transactions, 1,500 customers, 600 articles"] in table(section, "The run")
    assert table(section, "Figures then and now")[0] == ["MAP@12", "0.2500", "0.2250"]
    assert ["Transactions", "40,036", "38,000"] in table(section, "Data then and now")
    assert table(section, "Settings that differ") == [["ranking.epochs", "5", "3"]]
    assert "The code is another." in notes(section)


def test_a_gate_without_a_verdict_says_so():
    gates = (verdict.GateFacts(title="infra gate", stops="push", passed=None, line="the run ended before this gate"),)
    section = verdict.section(verdict_facts(gates=gates))
    assert table(section, "Gates") == [["infra gate", "no verdict", "the run ended before this gate"]]


def test_the_data_show_rows_reasons_and_examples():
    section = data.section(data_facts("<b>"))
    assert table(section, "Rows")[1] == ["transactions_train.csv", "40,043", "40,036", "7", "0.017 %"]
    assert table(section, "Wrong values") == [
        ["price: not a number", "transactions_train.csv", "row set aside", "7", "line 101: <b>"]
    ]
    assert table(section, "All columns")[1] == ["age", "customers", "10.0 %", "–", "16", "32", "36.5", "99"]
    assert set(charts(section)) == {"Sales of each day", "product_type_name", "age"}


def test_the_chart_of_sales_has_an_area_for_each_period():
    svg = charts(data.section(data_facts()))["Sales of each day"].svg
    assert [svg.count(f'fill="var(--band-{n})"') > 0 for n in (1, 2, 3)] == [True, True, True]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"columns": None}, "There are no distributions: the run ended before the statistics were computed."),
        ({"anomalies": None}, "There are no anomalies to show: the run ended before the tables were validated."),
        ({"anomalies": ()}, "The tables have no anomalies against their schemas."),
        ({"sales": ()}, "There is no chart of sales: ingest of this run did not record the sales of each day."),
    ],
)
def test_what_is_absent_of_the_data_is_a_line(changes, line):
    assert line in notes(data.section(data_facts(**changes)))


def test_the_figures_show_intervals_and_differences():
    section = figures.section(figures_facts())
    assert table(section, "All metrics")[0] == ["this model", "0.2500", "0.3500", "0.1000", "0.4500"]
    assert table(section, "Paired differences of MAP@12") == [
        ["against the better simple baseline", "+0.0500", "+0.0300 to +0.0700", "better beyond chance"],
        ["against the last blessed model", "−0.0010", "−0.0040 to +0.0020", "not beyond chance"],
    ]
    assert table(section, "All slices")[2] == ["age group: 50 and older", "102", "0.2200", "−0.0200"]
    assert [row[0] for row in table(section, "Last versions")] == ["1700000001", "1700000000"]


def test_the_forest_plot_names_slices_that_are_worse_beyond_chance():
    (chart,) = [c for title, c in charts(figures.section(figures_facts())).items() if title.endswith("by slice")]
    assert "Worse beyond chance: age group 50 and older." in chart.description
    assert [chart.svg.count(f'fill="var(--{tone})"') for tone in ("good", "bad")] == [1, 1]


def test_the_funnel_shows_the_share_of_each_stage_and_channel():
    section = funnel.section(funnel_facts())
    assert [row[1] for row in table(section, "Stages")] == ["87.5 %", "45.0 %", "20.0 %"]
    assert table(section, "All channels") == [["towers", "50.0 %", "12.5 %"], ["popular", "25.0 %", "6.2 %"]]
    assert "ScaNN finds 98.0 % of the nearest articles that exact search finds." in notes(section)
    assert charts(section)["Recall of the towers"].description.endswith(": 70.0 % at k = 100 for the last snapshot.")


def test_a_refresh_has_no_candidates_and_no_curves_of_the_towers():
    section = funnel.section(funnel_facts(candidates=None, towers=()))
    assert [row[1] for row in table(section, "Stages")] == ["45.0 %", "20.0 %"]
    assert len(notes(section)) == 3
    assert charts(section) == {}


def test_the_training_shows_losses_and_validation():
    section = training.section(training_facts())
    tables = [block for block in section.blocks if isinstance(block, Table)]
    assert [[cell.text for cell in row] for row in tables[0].rows] == [
        ["week 000", "3", "6.5000", "6.1250"],
        ["week 001", "1", "6.0000", "6.0000"],
    ]
    drawn = [chart for block in section.blocks if isinstance(block, Charts) for chart in block.charts]
    assert [chart.title for chart in drawn] == ["Loss", "Validation", "Loss"]
    assert drawn[0].description == "week 000: 6.500 in the first epoch, 6.125 in the last."
    assert drawn[1].description == "week 000: recall at 100 is 60.0 % at the end."


def test_a_training_without_logs_says_so():
    section = training.section(training_facts(towers=()))
    assert notes(section) == ["There are no logs of this training, or it was taken from checkpoints."]
