"""Merges layers of settings, which are trees as read from TOML, and checks the result.

In a layer, the string "none" stands for None, which TOML lacks. The name "*" stands for all settings of its section
that the layer does not name, including those of later releases: `"*" = 0` in `recommender.channels` turns off all other
channels. Former names of settings are accepted with a warning.
"""

from __future__ import annotations

import logging
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import tomli

from transforms.errors import ConfigError
from transforms.settings import Settings

NONE = "none"
ALL_OTHERS = "*"
S = TypeVar("S", bound=Settings)
_log = logging.getLogger("lookbook.settings")


def resolve(cls: type[S], layers: Sequence[Mapping[str, Any]]) -> S:
    """Builds settings from the defaults of `cls` and `layers`.

    Args:
        cls: class of the settings.
        layers: trees of values by name. Later layers win; mappings are merged.

    Raises:
        ConfigError: a name is unknown or given twice, or a value is of the wrong type or out of range.
    """
    tree = cls().model_dump()
    for layer in layers:
        tree = _merged(tree, _plain(cls, layer))
    return cls.from_tree(tree)


def parse_assignments(assignments: Sequence[str]) -> dict[str, Any]:
    """Reads assignments such as `retrieval.embedding_dim=64` as a layer; later ones win.

    Args:
        assignments: `section.name=value`, the value as in TOML; other text is a string without quotes.

    Raises:
        ConfigError: an assignment is not of the form `section.name=value`, or two contradict each other.
    """
    tree: dict[str, Any] = {}
    for assignment in assignments:
        dotted, equals, text = assignment.partition("=")
        path = [part.strip() for part in dotted.split(".")]
        if not equals or not all(path):
            raise ConfigError(f"a setting must be written section.name=value. Received: {assignment!r}.")
        section = tree
        for depth, part in enumerate(path[:-1], start=1):
            section = section.setdefault(part, {})
            if not isinstance(section, dict):
                raise ConfigError(f"{'.'.join(path[:depth])} is set both as a value and as a section")
        if isinstance(section.get(path[-1]), dict):
            raise ConfigError(f"{'.'.join(path)} is set both as a value and as a section")
        section[path[-1]] = _toml_value(text.strip())
    return tree


def _plain(cls: type[Settings], layer: Mapping[str, Any], section: str = "") -> dict[str, Any]:
    """Replaces former names, "*" and "none" in a layer."""
    sections = cls.sections()
    tree = _with_present_names(cls, layer, section)
    if ALL_OTHERS in tree:
        value = tree.pop(ALL_OTHERS)
        tree |= {name: value for name in cls.model_fields if name not in tree and name not in sections}
    plain: dict[str, Any] = {}
    for name, value in tree.items():
        if name in sections and isinstance(value, Mapping):
            value = _plain(sections[name], value, f"{section}{name}.")
        plain[name] = None if value == NONE and _admits_none(cls, name) else value
    return plain


def _with_present_names(cls: type[Settings], layer: Mapping[str, Any], section: str) -> dict[str, Any]:
    tree = dict(layer)
    for former, present in cls.RENAMED.items():
        if former not in tree:
            continue
        if present in tree:
            raise ConfigError(
                f"{section}{former} is the former name of {section}{present}, which is given too; remove the former"
            )
        tree[present] = tree.pop(former)
        _log.warning(
            "warning: %s is now called %s; the next release will refuse the former name",
            section + former,
            section + present,
        )
    return tree


def _admits_none(cls: type[Settings], name: str) -> bool:
    field = cls.model_fields.get(name)
    return field is not None and types.NoneType in typing.get_args(field.annotation)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(below)
    for name, value in above.items():
        under = both.get(name)
        both[name] = _merged(under, value) if isinstance(value, Mapping) and isinstance(under, Mapping) else value
    return both


def _toml_value(text: str) -> Any:
    try:
        table = tomli.loads(f"value = {text}")
    except tomli.TOMLDecodeError:
        return text
    return table["value"] if len(table) == 1 else text
