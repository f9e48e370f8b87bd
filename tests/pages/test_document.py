"""The report is one well-formed file of bounded size without addresses; it escapes texts and names what is absent."""

import dataclasses
import html
import re

import pytest

from components.report import album
from pages.report.document import MAX_BYTES, ReportFacts, render_report
from pages.report.sections import SECTIONS
from pages.report.sections.cases import Recommended
from pages.section import Absent
from tests.facts_of_a_run import SCRIPT, verdict_facts
from tests.facts_of_articles import PHOTOS, article, case_facts, cases_facts
from tests.pages.page_parser import PageParser
from tests.report_facts import hostile_facts, report_facts


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
    outer = [address for address in parsed.addresses if not address.startswith("#")]
    assert len(outer) == len(PHOTOS)
    assert all(address.startswith("data:image/jpeg;base64,") for address in outer)
    ids = {attributes.get("id") for _, attributes in parsed.elements}
    assert {address[1:] for address in parsed.addresses if address.startswith("#")} <= ids
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
    """Photos take a third more than their bytes, in base64."""
    assert len(hostile.encode()) + 4 / 3 * album.MAX_BYTES < 0.9 * MAX_BYTES


def test_every_section_is_in_the_list_of_contents(page):
    parsed = PageParser(page)
    anchors = [attributes["href"] for attributes in parsed.named("a")]
    assert anchors == ["#main", *(f"#{section.name}" for section in SECTIONS)]


def test_an_optional_section_without_facts_is_left_out():
    facts = report_facts()
    without = {name: found for name, found in facts.sections.items() if name != "feedback"}
    parsed = PageParser(render_report(dataclasses.replace(facts, sections={**without, "feedback": None})))
    anchors = [attributes["href"] for attributes in parsed.named("a")]
    assert anchors == ["#main", *(f"#{section.name}" for section in SECTIONS if section.name != "feedback")]


def test_charts_have_a_title_and_a_description(page):
    parsed = PageParser(page)
    pictures = [svg for svg in parsed.named("svg") if svg.get("aria-hidden") != "true"]
    assert all(picture["role"] == "img" and picture["aria-label"] for picture in pictures)
    charts = [each for each in pictures if "hoto: " not in each["aria-label"]]
    assert len(charts) >= 10
    assert len(parsed.named("desc")) == len(charts)


def test_a_photo_is_in_the_page_once_and_shown_wherever_its_article_is(page):
    parsed = PageParser(page)
    assert len(parsed.named("image")) == len(PHOTOS)
    shown = [use["href"] for use in parsed.named("use")]
    assert shown.count("#photo-0") == 1 + 3 + 3 + 1
    labels = [svg["aria-label"] for svg in parsed.named("svg") if "hoto: " in svg.get("aria-label", "")]
    assert labels.count("Photo: Hazel top") == 1 + 3 + 3 + 2 + 2
    assert labels.count("No photo: Top") == 9 + 9 + 2 + 2 + 2


def test_a_shop_without_photos_has_no_placeholders():
    bare = dataclasses.replace(article(), photo=None)
    case = case_facts(
        last=(),
        recommended=(Recommended(article=bare, reasons=(), is_bought=False),),
        bought=(bare,),
    )
    page = render_report(ReportFacts({"cases": cases_facts(cases=(case,))}))
    assert "No photo" not in page
    assert "Hazel top" in PageParser(page).text


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
