"""Section Funnel: where a purchase of the test week gets lost, from the candidates to the recommendations."""

from __future__ import annotations

import dataclasses
import datetime

from pages import formats
from pages.blocks import Block, Cell, Charts, Heading, Note, Notes, Row, table
from pages.charts.chart import MIDDLE
from pages.charts.lines import Curve, chart_of_curves
from pages.charts.stacked import stacked_shares
from pages.interval import Interval
from pages.section import Section

_MAX_SNAPSHOTS = 12
_SHARE = "Share of the purchases"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChannelFacts:
    """What a channel finds of the purchases of a customer, as a mean share.

    Attributes:
        name: name of the channel.
        found: share that it proposed.
        alone: share that no other channel proposed.
    """

    name: str
    found: float
    alone: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class CandidatesFacts:
    """Candidates of the customers who were tried for the lists of the test week.

    Attributes:
        week: first day of the week.
        customers: number of customers.
        candidates: mean number of candidates.
        recall: mean share of a customer's purchases among the candidates.
        channels: the channels in their order; empty if the lists are random.
    """

    week: datetime.date
    customers: int
    candidates: float
    recall: float
    channels: tuple[ChannelFacts, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class FunnelFacts:
    """Facts of the section.

    Attributes:
        candidates: of the test week; None for a refresh, which builds no lists.
        customers: number of customers who bought in the test week; None if they were not judged.
        ranked: mean share of a customer's purchases in the model's 12.
        new: the same in the 12 without articles that the customer has bought before.
        towers: by snapshot, ascending: the share of purchases of the week after it among the k nearest articles, by k.
        index: kind of the index.
        index_recall: share of the exact nearest articles that it finds; None if there is no model.
    """

    candidates: CandidatesFacts | None
    customers: int | None
    ranked: Interval | None
    new: Interval | None
    towers: tuple[tuple[str, tuple[tuple[int, float], ...]], ...]
    index: str
    index_recall: float | None


def section(facts: FunnelFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    blocks = [*_stages(facts), *_channels(facts), *_towers(facts), *_index(facts)]
    lead = (
        "Of what a customer bought in the test week: the share that each stage still holds, as a mean over customers."
    )
    return Section("funnel", "Funnel of a purchase", lead, tuple(blocks))


def _stages(facts: FunnelFacts) -> list[Block]:
    rows: list[Row] = []
    found = facts.candidates
    if found is not None:
        note = (
            f"{formats.number(found.candidates)} candidates on average, of {formats.count(found.customers)} customers"
        )
        rows.append([Cell("among the candidates", note=note), formats.share(found.recall)])
    of_all = f"of {formats.count(facts.customers)} customers"
    stages = (
        ("ranked in the model's 12", facts.ranked, of_all),
        ("in the 12 that are new to the customer", facts.new, f"{of_all}; nothing they bought before"),
    )
    for title, share, note in stages:
        if share is not None:
            bounds = "" if share.low is None else f"{formats.share(share.low)} to {formats.share(share.high)}"
            rows.append([Cell(title, note=note), Cell(formats.share(share.mean), note=bounds)])
    notes = []
    if found is None:
        notes.append(Note("There is no figure of the candidates: this run built no candidate lists, as in a refresh."))
    if facts.ranked is None:
        notes.append(Note("There is no figure of the ranking: the run ended before the Evaluator."))
    blocks: list[Block] = []
    if rows:
        note = (
            "Candidates are built for customers with a past, at most as many as the lists need; others are judged too."
        )
        blocks.append(table("Stages", ("Stage", _SHARE), rows, numeric=(_SHARE,), note=note))
    return [*blocks, Notes(tuple(notes))] if notes else blocks


def _channels(facts: FunnelFacts) -> list[Block]:
    if facts.candidates is None or not facts.candidates.channels:
        return []
    channels = sorted(facts.candidates.channels, key=lambda channel: -channel.found)
    best, unique = channels[0], max(channels, key=lambda channel: channel.alone)
    most = f"{formats.share(unique.alone)} that no other channel finds"
    most = f", and {most}" if unique is best else f"; {_words(unique.name)} finds {most}"
    description = (
        f"The channel {_words(best.name)} finds most, {formats.share(best.found)}{most}. Shares of channels overlap."
    )
    values = [(_words(channel.name), channel.alone, channel.found - channel.alone) for channel in channels]
    chart = stacked_shares(
        values, ("alone", "with others"), title="Share of the purchases by channel", description=description
    )
    rows = [[_words(c.name), formats.share(c.found), formats.share(c.alone)] for c in channels]
    numeric = ("Found", "Found alone")
    return [Charts((chart,)), table("All channels", ("Channel", *numeric), rows, numeric=numeric, folded=True)]


def _towers(facts: FunnelFacts) -> list[Block]:
    if not facts.towers:
        return [Notes((Note("There are no curves of the towers: this run trained none, or ended before it did."),))]
    shown = facts.towers[-_MAX_SNAPSHOTS:]
    curves = [Curve(_words(name), tuple((float(k), recall) for k, recall in points)) for name, points in shown]
    k, recall = shown[-1][1][-1]
    dark = "" if len(shown) < 5 else ", which is dark"
    description = (
        f"The share of the next week's purchases among the k nearest articles: {formats.share(recall)} at k = {k} for "
        f"the last snapshot{dark}."
    )
    chart = chart_of_curves(
        curves, x="k", y="recall at k", title="Recall of the towers", description=description, whole=False, width=MIDDLE
    )
    return [Heading("Towers", "Each snapshot is measured on the week after its training."), Charts((chart,))]


def _index(facts: FunnelFacts) -> list[Block]:
    if facts.index_recall is None:
        return [Notes((Note("There is no figure of the index: no model was assembled, or it was not pushed."),))]
    name = {"scann": "ScaNN", "exact": "Exact search"}.get(facts.index, facts.index)
    line = f"{name} finds {formats.share(facts.index_recall)} of the nearest articles that exact search finds."
    return [Notes((Note(line, "good" if facts.index_recall >= 0.95 else "warn"),))]


def _words(name: str) -> str:
    return formats.text(name.replace("_", " ").replace("-", " "))
