"""A section of a page, and the reason why its figures are absent."""

from __future__ import annotations

import dataclasses

from pages.blocks import Block


@dataclasses.dataclass(frozen=True)
class Absent:
    """Stands for figures that do not exist.

    Attributes:
        why: what is absent and why, in one line.
    """

    why: str


@dataclasses.dataclass(frozen=True)
class Section:
    """A section.

    Attributes:
        name: anchor in the page.
        title: heading.
        lead: one or two sentences that say what the section shows.
        blocks: content.
    """

    name: str
    title: str
    lead: str
    blocks: tuple[Block, ...]
