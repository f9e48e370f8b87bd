"""The blocks of a section: tiles, tables, charts and notes. They hold text; the templates escape it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import ClassVar, Literal

from pages.charts.chart import Chart

Tone = Literal["", "good", "bad", "warn", "muted"]
_LONGEST_WORD = 26


@dataclasses.dataclass(frozen=True)
class Tile:
    """One figure in large type.

    Attributes:
        label: name of the figure.
        value: the figure as text.
        note: what belongs to it, such as the interval.
        tone: colour of the figure.
    """

    label: str
    value: str
    note: str = ""
    tone: Tone = ""


@dataclasses.dataclass(frozen=True)
class Tiles:
    """A row of tiles."""

    tiles: tuple[Tile, ...]
    kind: ClassVar[str] = "tiles"


@dataclasses.dataclass(frozen=True)
class Cell:
    """A cell of a table that is more than text.

    Attributes:
        text: content.
        tone: colour.
        note: small text after the content.
        strong: whether the content is emphasised.
    """

    text: str
    tone: Tone = ""
    note: str = ""
    strong: bool = False

    @property
    def is_long(self) -> bool:
        """Whether the content has a word that is too long for a column and must be broken."""
        return any(len(word) > _LONGEST_WORD for word in self.text.split())


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        title: heading.
        numeric: whether the cells are numbers, which are aligned at the right.
    """

    title: str
    numeric: bool = False


@dataclasses.dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        caption: what the table has; screen readers announce it.
        columns: columns.
        rows: cells by row.
        note: line below the table.
        folded: whether the table is closed until the reader opens it. Printed tables are open.
        headed: whether the headings are shown; screen readers read them in any case.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    folded: bool = False
    headed: bool = True
    kind: ClassVar[str] = "table"


@dataclasses.dataclass(frozen=True)
class Charts:
    """Charts side by side, as far as the page is wide enough."""

    charts: tuple[Chart, ...]
    kind: ClassVar[str] = "charts"


@dataclasses.dataclass(frozen=True)
class Note:
    """One line of text.

    Attributes:
        text: the line.
        tone: colour of its mark.
    """

    text: str
    tone: Tone = "muted"


@dataclasses.dataclass(frozen=True)
class Notes:
    """A list of lines."""

    notes: tuple[Note, ...]
    kind: ClassVar[str] = "notes"


@dataclasses.dataclass(frozen=True)
class Heading:
    """A heading inside a section, with a line of explanation."""

    title: str
    text: str = ""
    kind: ClassVar[str] = "heading"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Card:
    """An article with its photo.

    Attributes:
        title: name of the article.
        kind: product type, which a placeholder for a missing photo shows.
        photo: key of the photo in the page; None for a placeholder.
        rank: small text on the photo, such as the place in a ranking.
        badge: text that stands out.
        lines: small text below.
    """

    title: str
    kind: str
    photo: str | None
    rank: str = ""
    badge: str = ""
    lines: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shelf:
    """Cards side by side.

    Attributes:
        title: what they are.
        cards: the cards; the note is shown without any.
        illustrated: whether photos, or placeholders for them, are shown.
        note: line below the title.
    """

    title: str
    cards: tuple[Card, ...]
    illustrated: bool = True
    note: str = ""
    kind: ClassVar[str] = "shelf"


@dataclasses.dataclass(frozen=True)
class Picture:
    """A drawing that is no chart of Altair.

    Attributes:
        title: what it shows.
        description: what can be seen in it, for readers who do not see it.
        svg: the SVG element, safe to insert.
        key: colours with their names.
    """

    title: str
    description: str
    svg: str
    key: tuple[tuple[str, str], ...] = ()
    kind: ClassVar[str] = "picture"


Row = Sequence[Cell | str]
Block = Tiles | Table | Charts | Notes | Heading | Shelf | Picture


def table(
    caption: str,
    titles: Sequence[str],
    rows: Sequence[Row],
    *,
    numeric: Sequence[str] = (),
    note: str = "",
    folded: bool = False,
    headed: bool = True,
) -> Table:
    """Builds a table from titles and cells.

    Args:
        caption: as in `Table`.
        titles: headings of the columns.
        rows: cells by row; a string is a plain cell.
        numeric: headings of the columns with numbers.
        note: as in `Table`.
        folded: as in `Table`.
        headed: as in `Table`.

    Raises:
        ValueError: a row has another number of cells than there are columns.
    """
    for row in rows:
        if len(row) != len(titles):
            raise ValueError(f"each row must have {len(titles)} cells. Received: {len(row)} in {caption!r}")
    return Table(
        caption=caption,
        columns=tuple(Column(title, title in numeric) for title in titles),
        rows=tuple(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows),
        note=note,
        folded=folded,
        headed=headed,
    )
