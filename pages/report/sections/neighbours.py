"""Section Neighbours: articles with the nearest others by picture and by text."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from pages.blocks import Block, Card, Heading, Note, Notes, Shelf
from pages.report.article import ArticleFacts
from pages.section import Section

_MAX_ARTICLES, _MAX_NEAREST = 6, 6
_TITLES = {"picture": "Nearest by picture", "text": "Nearest by text"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Neighbours:
    """An article with others of other products that are like it.

    Attributes:
        article: the article.
        nearest: the nearest articles by kind, `picture` and `text`, best first.
    """

    article: ArticleFacts
    nearest: Mapping[str, tuple[ArticleFacts, ...]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class NeighboursFacts:
    """Facts of the section.

    Attributes:
        articles: sampled articles.
    """

    articles: tuple[Neighbours, ...]


def section(facts: NeighboursFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    shown = facts.articles[:_MAX_ARTICLES]
    lead = (
        "Articles sold lately, drawn by the seed of the run, with the articles of other products whose photo or text "
        "is most like theirs. The encoders know no purchase."
    )
    if not shown:
        return Section(
            "neighbours", "Articles that are alike", lead, (Notes((Note("No article has content vectors."),)),)
        )
    illustrated = any(article.photo for each in shown for article in _articles(each))
    blocks: list[Block] = []
    for each in shown:
        blocks.append(Heading(each.article.title, each.article.look))
        blocks.append(Shelf(title="Article", cards=(_card(each.article),), illustrated=illustrated))
        blocks += [
            Shelf(title=title, cards=tuple(map(_card, each.nearest[kind][:_MAX_NEAREST])), illustrated=illustrated)
            for kind, title in _TITLES.items()
            if each.nearest.get(kind)
        ]
    return Section("neighbours", "Articles that are alike", lead, tuple(blocks))


def _articles(each: Neighbours) -> list[ArticleFacts]:
    return [each.article, *(article for found in each.nearest.values() for article in found)]


def _card(article: ArticleFacts) -> Card:
    return Card(
        title=article.title, kind=article.kind, photo=article.photo, lines=(article.look,) if article.look else ()
    )
