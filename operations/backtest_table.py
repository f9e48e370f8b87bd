"""What came of a rolling simulation: each policy in each period, and the table of them."""

from __future__ import annotations

import dataclasses

NEVER, REFRESHED, RETRAINED = "never refreshed", "refreshed every period", "retrained every period"
POLICIES = (NEVER, REFRESHED, RETRAINED)
BROKEN_REFRESH, BROKEN_RUN = "refreshed on a broken period", "retrained on a broken period"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cell:
    """One policy in one period.

    Attributes:
        policy: one of `POLICIES`, or what was done with the broken period.
        first: first day of the period, YYYY-MM-DD.
        version: number of the version served in it.
        pushed: whether that morning's refresh or run pushed.
        said: what the model gate said that morning, or why the run stopped; "" where nothing was done.
        customers: how many bought in the period.
        map_at_12: of what is served.
        popular: MAP@12 of what is popular by the served version's state.
        own_purchases: MAP@12 of own purchases by the served version's state.
        seconds: what the morning took; 0 where nothing was done.
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
class Rolling:
    """What came of it.

    Attributes:
        cells: by period, then policy.
        broken: the mornings of the broken period.
    """

    cells: tuple[Cell, ...]
    broken: tuple[Cell, ...]


def as_markdown(rolling: Rolling) -> str:
    """The table of MAP@12, a row a period, with means and what the gates said of the broken period."""
    rows: dict[str, dict[str, Cell]] = {}
    for cell in rolling.cells:
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
            lines.append(f"- {policy}: {seconds:.0f} s a time, {len(refused)} of {len(done)} refused")
        lines += [f"  - {cell.first}: {cell.said}" for cell in refused]
    for cell in rolling.broken:
        served = "pushed" if cell.pushed else f"version {cell.version} is served on"
        lines.append(f"- {cell.policy}: {served}, MAP@12 {cell.map_at_12:.4f}; {cell.said}")
    return "\n".join(lines) + "\n"
