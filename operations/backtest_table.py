"""The result of a backtest: one cell for each policy and period, and their table."""

from __future__ import annotations

import dataclasses

NEVER, REFRESHED, RETRAINED = "never refreshed", "refreshed every period", "retrained every period"
POLICIES = (NEVER, REFRESHED, RETRAINED)
BROKEN_REFRESH, BROKEN_RUN = "refreshed on a broken period", "retrained on a broken period"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cell:
    """One policy in one period.

    Attributes:
        policy: one of `POLICIES`, or the name of a run on the corrupted period.
        first: first day of the period, YYYY-MM-DD.
        version: number of the version served in the period.
        pushed: whether the training or refresh before the period pushed a version.
        said: reason line of the model gate, or why the run stopped; "" if there was no run.
        customers: number of customers who bought in the period.
        map_at_12: MAP@12 of the served version.
        popular: MAP@12 of popular articles, by the state of the served version.
        own_purchases: MAP@12 of own purchases, by the state of the served version.
        seconds: duration of the training or refresh; 0 if there was none.
    """

    policy: str
    first: str
    version: int
    pushed: bool
    said: str
    customers: int
    map_at_12: float
    popular: float
    own_purchases: float
    seconds: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Backtest:
    """The result of a backtest.

    Attributes:
        cells: all cells, by period, then policy.
        broken: cells of the runs on the corrupted period.
    """

    cells: tuple[Cell, ...]
    broken: tuple[Cell, ...]


def as_markdown(backtest: Backtest) -> str:
    """A Markdown table of MAP@12 with a row for each period, the means, and the gates' reasons of refused runs.

    Args:
        backtest: the result.
    """
    rows: dict[str, dict[str, Cell]] = {}
    for cell in backtest.cells:
        rows.setdefault(cell.first, {})[cell.policy] = cell
    lines = [f"| period from | customers | {' | '.join(POLICIES)} | own purchases | popular |", "|---" * 7 + "|"]
    for first, cells in rows.items():
        latest = cells[RETRAINED]
        figures = [cells[policy].map_at_12 for policy in POLICIES] + [latest.own_purchases, latest.popular]
        lines.append(f"| {first} | {latest.customers} | {' | '.join(f'{value:.4f}' for value in figures)} |")
    columns = [[cells[policy].map_at_12 for cells in rows.values()] for policy in POLICIES]
    columns += [[getattr(cells[RETRAINED], name) for cells in rows.values()] for name in ("own_purchases", "popular")]
    means = " | ".join(f"{sum(column) / len(column):.4f}" for column in columns)
    lines += [f"| mean | | {means} |", ""]
    for policy in (REFRESHED, RETRAINED):
        done = [cells[policy] for cells in rows.values() if cells[policy].said]
        refused = [cell for cell in done if not cell.pushed]
        if done:
            seconds = sum(cell.seconds for cell in done) / len(done)
            lines.append(f"- {policy}: {seconds:.0f} s each, {len(refused)} of {len(done)} refused")
        lines += [f"  - {cell.first}: {cell.said}" for cell in refused]
    for cell in backtest.broken:
        served = "pushed" if cell.pushed else f"version {cell.version} stays served"
        lines.append(f"- {cell.policy}: {served}, MAP@12 {cell.map_at_12:.4f}; {cell.said}")
    return "\n".join(lines) + "\n"
