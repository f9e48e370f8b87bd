"""An article as sections show it."""

from __future__ import annotations

import dataclasses

from pages import formats


@dataclasses.dataclass(frozen=True, kw_only=True)
class ArticleFacts:
    """An article.

    Attributes:
        article_id: id.
        name: product name; may be empty.
        kind: product type; may be empty.
        colour: name of the colour; may be empty.
        photo: key of the photo in the report's photos; None if there is none.
    """

    article_id: str
    name: str
    kind: str
    colour: str
    photo: str | None = None

    @property
    def title(self) -> str:
        """The name, or the id of an article without one.

        >>> ArticleFacts(article_id="7", name="", kind="", colour="").title
        '7'
        """
        return formats.text(self.name or self.article_id)

    @property
    def look(self) -> str:
        """Product type and colour, as far as they are known.

        >>> ArticleFacts(article_id="7", name="", kind="Dress", colour="Red").look
        'Dress, red'
        """
        return formats.text(", ".join(filter(None, (self.kind, self.colour.lower()))))
