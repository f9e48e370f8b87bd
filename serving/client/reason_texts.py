"""The reasons of recommendations as texts, by templates that a shop can translate.

The templates are a JSON object with a text for each code; `reason_texts.json` beside this module is the English one. A
text has placeholders in braces. Instead of one text, an object with the texts `one` and `other` may be given: `one` is
used if the last number of the reason (`NUMBERS`) is 1.
"""

from __future__ import annotations

import functools
import json
import os
import pathlib
import string
from collections.abc import Iterable, Mapping
from typing import Any

from serving.client.answers import Reason, RecommendedArticle

ENGLISH = pathlib.Path(__file__).with_name("reason_texts.json")
# By code: the placeholder of the subject, which a text must have, and those of the numbers.
_SUBJECTS = {
    "bought_before": None,
    "bought_together": "article",
    "other_colour": "article",
    "like_bought": "article",
    "popular_now": None,
    "new_in_department": "department",
    "together_with_viewed": "article",
    "other_colour_of_viewed": "article",
    "like_viewed": "article",
    "popular_at_age": "ages",
}
NUMBERS = {
    "bought_before": ("times", "days"),
    "bought_together": ("customers",),
    "together_with_viewed": ("customers",),
    "popular_now": ("rank",),
    "popular_at_age": ("rank",),
}
CODES = tuple(_SUBJECTS)
_FORMS = ("one", "other")


class ReasonTexts:
    """Writes reasons as texts.

    Args:
        templates: by code, a text or an object with the texts `one` and `other`.

    Raises:
        ValueError: a code has no text or is unknown, or a text lacks the placeholder of the subject or has one that
            the code does not have.
    """

    def __init__(self, templates: Mapping[str, Any]) -> None:
        missing, unknown = set(CODES) - set(templates), set(templates) - set(CODES)
        if missing:
            raise ValueError(f"the texts of reasons must have {_listed(missing)}. Received: none; add the texts.")
        if unknown:
            raise ValueError(
                f"the texts of reasons must be of {_listed(CODES)}. Received: {_listed(unknown)}; remove or rename it."
            )
        self._texts = {code: _forms(code, template) for code, template in templates.items()}

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> ReasonTexts:
        """Reads the templates of a file.

        Args:
            path: a JSON file in UTF-8.

        Raises:
            ValueError: the file cannot be read, or its templates are wrong.
        """
        try:
            templates = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ValueError(f"{path} must be a JSON file in UTF-8. Received: {error}.") from error
        if not isinstance(templates, dict):
            raise ValueError(f"{path} must hold an object. Received: {type(templates).__name__}.")
        try:
            return cls(templates)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    def text(self, reason: Reason, names: Mapping[str, str | None]) -> str:
        """Writes a reason; one of an unknown code, such as of a later release, as the words of the code.

        Args:
            reason: the reason.
            names: names of articles by id, with those of `subject_ids`. An article without one is named by its id.
        """
        if reason.code not in self._texts:
            return reason.code.replace("_", " ")
        values: dict[str, Any] = {"times": reason.count, "customers": reason.count, "rank": reason.count}
        values |= {"days": reason.days, "department": reason.subject, "ages": reason.subject}
        values["article"] = names.get(reason.subject) or reason.subject
        one, other = self._texts[reason.code]
        last = values[NUMBERS[reason.code][-1]] if reason.code in NUMBERS else 0
        return (one if last == 1 else other).format_map(values)


@functools.cache
def english() -> ReasonTexts:
    """The English texts."""
    return ReasonTexts.load(ENGLISH)


def subject_ids(articles: Iterable[RecommendedArticle]) -> list[str]:
    """Returns the distinct ids of the articles that reasons name.

    Args:
        articles: recommended articles.
    """
    reasons = (reason for article in articles for reason in article.reasons)
    return list(dict.fromkeys(reason.subject for reason in reasons if _SUBJECTS.get(reason.code) == "article"))


def _forms(code: str, template: Any) -> tuple[str, str]:
    """The texts `one` and `other` of a code."""
    if isinstance(template, str):
        forms = (template, template)
    elif isinstance(template, dict) and set(template) == set(_FORMS) and all(map(_is_text, template.values())):
        forms = (template["one"], template["other"])
    else:
        raise ValueError(f"{code} must be a text, or an object of the texts one and other. Received: {template!r}.")
    for text in dict.fromkeys(forms):
        _check(code, text)
    return forms


def _check(code: str, text: str) -> None:
    """Checks the placeholders of a text."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"{code} must have names in braces, such as {{article}}. Received: {text!r}.") from error
    names = {name for _, name, _, _ in parts if name is not None}
    subject = _SUBJECTS[code]
    known = {*NUMBERS.get(code, ()), *([subject] if subject else [])}
    if names - known or any(spec or conversion for _, _, spec, conversion in parts):
        allowed = _listed(f"{{{name}}}" for name in known) if known else "none"
        raise ValueError(f"{code} must have no other placeholder than: {allowed}. Received: {text!r}.")
    if subject and subject not in names:
        raise ValueError(f"{code} must have the placeholder {{{subject}}}. Received: {text!r}; add it.")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
