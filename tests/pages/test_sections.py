"""The sections show the figures of their facts."""

import dataclasses

import pytest

from pages.blocks import Charts, Heading, Notes, Picture, Shelf, Table, Tiles
from pages.report.sections import (
    article_map,
    card,
    cases,
    data,
    drift,
    feedback,
    figures,
    funnel,
    importance,
    neighbours,
    reach,
    steps,
    training,
    verdict,
)
from tests.facts_of_a_run import card_facts, figures_facts, funnel_facts, steps_facts, training_facts, verdict_facts
from tests.facts_of_a_shop import data_facts, drift_facts, feedback_facts
from tests.facts_of_articles import case_facts, cases_facts, importance_facts, map_facts, neighbours_facts, reach_facts


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


def test_drift_shows_alarms_first_and_the_distributions_side_by_side():
    section = drift.section(drift_facts())
    assert [line for line in notes(section) if "threshold" in line or "any more" in line] == [
        "recent.product_group_name: L-infinity distance 0.4000, threshold 0.1.",
        "customers.age has no values any more; it had 3,000.",
    ]
    assert table(section, "Columns") == [
        ["recent.product_group_name", "L-infinity distance", "0.4000", "0.1", "3,000", "2,000", "drifted"],
        ["customers.age", "L-infinity distance", "–", "0.1", "3,000", "0", "no values any more"],
        ["recent.colour_group_name", "L-infinity distance", "0.0100", "0.1", "3,000", "2,000", "like before"],
        ["recent.age", "L-infinity distance", "–", "0.1", "3,000", "2,000", "not judged: few values"],
    ]
    drawn = charts(section)
    assert list(drawn) == ["recent.product_group_name", "recent.colour_group_name", "ranking.article_price"]
    assert all(text in drawn["recent.product_group_name"].svg for text in ("Dress", "(empty)", "before", "now"))
    assert "version 1700000000" in section.lead


def test_drift_without_an_alarm_or_lists_says_so():
    steady = tuple(column for column in drift_facts().columns if column.state == "steady")
    lines = notes(drift.section(drift_facts(columns=steady, ranking=None)))
    assert lines == [
        "None of 1 distributions differs by more than its threshold.",
        "There are no training lists to compare: none in this run, or none before.",
    ]


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


def test_the_reach_is_shown_beside_the_baseline_and_what_was_bought():
    section = reach.section(reach_facts())
    rows = table(section, "Reach of the recommendations")
    assert rows[0] == ["this model", "50.0 %", "75.0 %", "4.25 bits", "0.625", "7.5", "12.5 %"]
    assert rows[2] == ["bought in the test week", "50.0 %", "75.0 %", "4.25 bits", "–", "–", "12.5 %"]
    description = charts(section)["Recommendations by popularity"].description
    assert description.startswith("50.0 % of what the model recommends")
    assert description.endswith("of what was bought it is 37.5 %.")


def test_the_most_important_family_is_first_and_has_a_name_of_plain_words():
    section = importance.section(importance_facts())
    families = table(section, "Families of features: all figures")
    assert [row[0] for row in families] == ["the customer's past and the article", "sales of the article"]
    assert families[0][1:] == ["+0.1250", "+0.0625"]
    assert charts(section)["Single features"].description == "Without own strength, MAP@12 falls by 0.0625."


def test_a_case_says_how_many_purchases_were_recommended_and_at_which_place():
    section = cases.section(cases_facts())
    first, second = (block for block in section.blocks if isinstance(block, Heading))
    assert first.title == "1. Customer 0082406209ac…"
    assert first.text == (
        "Age 25 to 34, club: active, returning; drawn by standing. 2 of 14 purchases were among the 12 recommendations."
    )
    assert second.title == "2. Customer c2"
    last, recommended, bought = [block for block in section.blocks if isinstance(block, Shelf)][:3]
    assert last.cards[0].lines == ("Top, black", "13 Sep 2020")
    assert [card.badge for card in recommended.cards[:5]] == ["", "bought", "", "", "bought"]
    reasons = ("bought 3x, last 12 days ago", "popular now, place 4", "like Hazel top, bought before")
    assert recommended.cards[0].lines == ("Top, black", *reasons)
    assert [card.badge for card in bought.cards] == ["at place 2", "at place 5", ""]
    assert bought.note == "11 more are not shown."


def test_neighbours_are_shown_on_a_shelf_for_each_kind():
    section = neighbours.section(neighbours_facts())
    shelves = [block for block in section.blocks if isinstance(block, Shelf)]
    assert [shelf.title for shelf in shelves] == ["Article", "Nearest by picture", "Nearest by text"]
    assert [card.photo for card in shelves[1].cards] == ["photo-1", None]


def test_a_shop_without_content_has_a_note_in_place_of_neighbours():
    (block,) = neighbours.section(neighbours_facts(articles=())).blocks
    assert block.notes[0].text == "No article has content vectors."


def test_a_customer_without_purchases_has_an_empty_shelf_with_a_note():
    section = cases.section(cases_facts(cases=(case_facts(last=()),)))
    last = next(block for block in section.blocks if isinstance(block, Shelf))
    assert (last.cards, last.note) == ((), "Nothing before.")


def test_the_map_has_a_point_for_each_article_in_the_colour_of_its_group():
    (picture,) = [block for block in article_map.section(map_facts()).blocks if isinstance(block, Picture)]
    assert [name for name, _ in picture.key] == ["Garment Upper body", "Shoes", "other groups"]
    colours = dict(picture.key)
    assert picture.svg.count(f'fill="{colours["Shoes"]}"') == 10
    assert picture.svg.count("<title>Hazel top · Top, black · Shoes") == 10
    assert picture.svg.count("<use ") == 2
    assert picture.description.startswith("30 articles of 400, drawn by the seed")
    assert "37.5 % of the variance" in picture.description


def test_a_map_without_articles_is_a_note():
    assert notes(article_map.section(map_facts(points=()))) == ["There are no articles to show."]


def test_steps_are_in_their_order_and_short_ones_only_in_the_table():
    section = steps.section(steps_facts())
    assert table(section, "All steps") == [
        ["Ingest", "cached", "2.0 s"],
        ["Transform", "run", "30.0 s"],
        ["Push", "run", "0.0 s"],
    ]
    chart = charts(section)["Steps over time"]
    assert chart.description.startswith("Transform took longest, 30 s, 93.7 % of the steps' time. 1 of 3 steps")
    assert "Push" not in chart.svg
    assert table(section, "Made of")[0] == ["Data", "f1a9"]
    assert ["ranking.loss", '"listwise"'] in table(section, "All settings")


def test_a_run_that_has_not_ended_lists_no_steps():
    assert "a step of the run wrote this page before its end" in notes(steps.section(steps_facts(steps=None)))[0]


def test_the_model_card_names_groups_with_low_figures_and_columns_that_are_not_read():
    statements = dict(table(card.section(card_facts()), "Statements"))
    assert statements["Model"].startswith("Version 1700000001, made by lookbook 0.1.0")
    assert "MAP@12 0.2500 (0.2400 to 0.2600)" in statements["Evaluation"]
    assert "+0.0500 against the better simple baseline" in statements["Evaluation"]
    assert statements["Fairness"].startswith(
        "MAP@12 by age group lies between 0.2000 (25 to 34, 100 customers) and 0.2200 (50 and older, 102 customers)"
    )
    assert "does not read postal_code" in statements["Personal data"]
    assert statements["Training data"].endswith("refitted on purchases before 22 Sep 2020.")


def test_the_card_of_a_refused_model_says_that_it_is_not_served():
    statements = dict(table(card.section(card_facts(version=None, outcome="refused", metrics={})), "Statements"))
    assert statements["Model"].startswith("Not served (refused)")
    assert statements["Evaluation"] == "Not judged: the run ended before the Evaluator."


def test_the_loss_of_the_test_week_is_a_curve_beside_that_of_the_training():
    curve = training.TrainingCurve(
        name="judged network", loss=((1, 4.25), (2, 4.0)), validation_loss=((1, 4.125), (2, 4.0625))
    )
    facts = training_facts(towers=(), ranking=(curve,))
    assert "judged network, test week" in charts(training.section(facts))["Loss"].svg


def test_feedback_shows_hit_rates_the_difference_and_what_was_left_out():
    section = feedback.section(feedback_facts())
    assert tiles(section) == {
        "Bought of the shown articles": "5.0 %",
        "Answers with a purchase": "45.0 %",
        "Shown articles": "2,000",
        "Customers": "100",
    }
    assert notes(section) == ["Canary is better than stable, however often you look.", "Left out: 120 too recent."]
    assert table(section, "canary against stable") == [
        ["stable", "100", "1,000", "40", "0.0400"],
        ["canary", "100", "1,000", "60", "0.0600"],
        ["Difference", "", "", "", "+0.0200"],
    ]
    assert table(section, "By version") == [
        ["3", "100", "1,000", "30", "0.0300"],
        ["4", "100", "1,000", "40", "0.0400"],
        ["5", "100", "1,000", "50", "0.0500"],
    ]
    assert list(charts(section)) == ["Hit rate by version", "Hit rate by label", "Hit rate by position"]


def test_feedback_without_a_comparison_has_no_verdict():
    section = feedback.section(feedback_facts(comparison=None, left_out={}))
    assert notes(section) == []
    assert "Comparison" not in [block.title for block in section.blocks if isinstance(block, Heading)]
