"""Joins the sections of a run's report in one HTML file that needs no other file and no network."""

from __future__ import annotations

import base64
import dataclasses
import logging
from collections.abc import Mapping
from typing import Any

from pages import formats
from pages.blocks import Note, Notes
from pages.frame import render_page
from pages.report.sections import SECTIONS, ReportSection
from pages.report.sections.verdict import VerdictFacts, outcome_of
from pages.section import Absent, Section

MAX_BYTES = 5_000_000
_HEADINGS = {"run": "Run report", "refresh": "Refresh report"}


@dataclasses.dataclass(frozen=True)
class ReportFacts:
    """The facts of a report.

    Attributes:
        sections: facts by name of the section, see `SECTIONS`; `Absent` if there are none.
        photos: JPEG files of at most 120 x 160 pixels, by the keys that the facts name.
    """

    sections: Mapping[str, Any]
    photos: Mapping[str, bytes] = dataclasses.field(default_factory=dict)


def render_report(facts: ReportFacts) -> str:
    """Renders the report as HTML.

    Args:
        facts: facts of each section; a name that is missing counts as absent.
    """
    found = [(part, facts.sections.get(part.name)) for part in SECTIONS]
    sections = [_section(part, given) for part, given in found if given is not None or not part.optional]
    verdict = facts.sections.get("verdict")
    heading, eyebrow, outcome, tone, lead = "Run report", "Lookbook", "No verdict", "warn", ""
    if isinstance(verdict, VerdictFacts):
        outcome, tone, lead = outcome_of(verdict)
        heading = _HEADINGS.get(verdict.run.kind, heading)
        eyebrow = " · ".join(filter(None, ["Lookbook", _finished(verdict), _window(verdict)]))
    return render_page(
        "report.html",
        title=f"{heading}: {outcome}",
        heading=heading,
        eyebrow=eyebrow,
        outcome=outcome,
        tone=tone,
        lead=formats.text(lead),
        sections=sections,
        photos={key: _address(file) for key, file in facts.photos.items()},
        footer="Every figure was read from an artifact of the run; none was computed for this page.",
    )


def _address(file: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(file).decode()}"


def _finished(verdict: VerdictFacts) -> str:
    return "" if verdict.run.finished is None else formats.moment(verdict.run.finished)


def _window(verdict: VerdictFacts) -> str:
    data = verdict.data
    return "" if data is None else f"data of {formats.dates(data.first_day, data.last_day)}"


def _section(part: ReportSection, facts: Any) -> Section:
    if facts is None:
        facts = Absent("No artifact of this run has these figures.")
    if isinstance(facts, Absent):
        return Section(part.name, part.title, "", (Notes((Note(facts.why),)),))
    try:
        return part.build(facts)
    except Exception as error:  # one section must not cost the others
        logging.getLogger(__name__).warning("section %s of the report failed", part.name, exc_info=True)
        return Section(part.name, part.title, "", (Notes((Note(f"This section could not be built: {error}", "bad"),)),))
