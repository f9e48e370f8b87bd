"""The report is one well-formed file of bounded size without addresses; it escapes texts and names what is absent."""

import html
import re

import pytest

from pages.report.document import MAX_BYTES, ReportFacts, render_report
from pages.report.sections import SECTIONS
from pages.section import Absent
from tests.pages.page_parser import PageParser
from tests.report_facts import SCRIPT, hostile_facts, report_facts, verdict_facts


@pytest.fixture(scope="module")
def page():
    return render_report(report_facts())


@pytest.fixture(scope="module")
def hostile():
    return render_report(hostile_facts())


@pytest.mark.parametrize("name", ["page", "hostile"])
def test_the_page_is_well_formed(name, request):
    parsed = PageParser(request.getfixturevalue(name))
    assert parsed.errors == []
    ids = [attributes["id"] for _, attributes in parsed.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", ["page", "hostile"])
def test_the_page_has_no_address_but_those_of_its_own_sections(name, request):
    text = request.getfixturevalue(name)
    parsed = PageParser(text)
    assert all(address.startswith("#") for address in parsed.addresses)
    ids = {attributes.get("id") for _, attributes in parsed.elements}
    assert {address[1:] for address in parsed.addresses} <= ids
    assert re.findall(r"\b(?:https?|ftp|file):", text) == []


@pytest.mark.parametrize("name", ["page", "hostile"])
def test_the_page_has_no_script_and_no_event_handler(name, request):
    parsed = PageParser(request.getfixturevalue(name))
    assert parsed.named("script") == []
    assert [name for _, attributes in parsed.elements for name in attributes if name.startswith("on")] == []


def test_hostile_texts_are_shown_as_text(hostile):
    assert SCRIPT not in hostile
    parsed = PageParser(hostile)
    shown = " ".join(parsed.text)
    assert shown.count(SCRIPT) > 100
    assert html.escape(SCRIPT, quote=False)[:20] in hostile


def test_the_size_is_bounded_for_any_shop(hostile):
    assert len(hostile.encode()) < MAX_BYTES / 5


def test_every_section_is_in_the_list_of_contents(page):
    parsed = PageParser(page)
    anchors = [attributes["href"] for attributes in parsed.named("a")]
    assert anchors == ["#main", *(f"#{section.name}" for section in SECTIONS)]


def test_charts_have_a_title_and_a_description(page):
    parsed = PageParser(page)
    charts = parsed.named("svg")
    assert len(charts) >= 5
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    assert len(parsed.named("desc")) == len(charts)


def test_tables_have_captions_and_headings_of_columns_and_rows(page):
    parsed = PageParser(page)
    assert len(parsed.named("table")) >= 8
    scopes = [attributes["scope"] for attributes in parsed.named("th")]
    assert set(scopes) == {"col", "row"}


def test_absent_facts_are_one_line_with_the_reason():
    why = "There are no figures: the run ended before the Evaluator."
    page = render_report(ReportFacts({"verdict": verdict_facts(), "figures": Absent(why)}))
    text = PageParser(page).text
    assert why in text
    assert "No artifact of this run has these figures." in text


def test_a_section_that_fails_does_not_cost_the_others():
    page = render_report(ReportFacts({**report_facts().sections, "data": object()}))
    text = " ".join(PageParser(page).text)
    assert "This section could not be built" in text
    assert "MAP@12 by ranking" in text


def test_a_report_without_any_facts_is_a_page():
    parsed = PageParser(render_report(ReportFacts({})))
    assert parsed.errors == []
    assert "No verdict" in parsed.text
