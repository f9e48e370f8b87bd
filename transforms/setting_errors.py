"""Rules of settings in words, and pydantic's errors as one line: setting, rule, value received, remedy."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import pydantic
from pydantic.fields import FieldInfo

if TYPE_CHECKING:
    from transforms.settings import Settings

_KINDS: dict[Any, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "a string"}
_ENDS = {"ge": "of at least", "gt": "above", "le": "of at most", "lt": "below"}


def rule_of(field: FieldInfo) -> str:
    """What a setting must be, such as `a whole number from 1 to 52, or none`.

    Raises:
        TypeError: no rule is defined for settings of this type.
    """
    kind, optional = field.annotation, ""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        (kind,) = (argument for argument in typing.get_args(kind) if argument is not types.NoneType)
        optional = ", or none"
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return f"one of {', '.join(map(str, arguments))}{optional}"
    if origin is tuple and arguments == (str, ...):
        return f'a list of strings such as ["a", "b"]{optional}'
    if kind not in _KINDS:
        raise TypeError(f"settings must be bool, int, float, str, Literal or tuple[str, ...]. Received: {kind!r}.")
    return f"{_KINDS[kind]}{_range(field.metadata)}{optional}"


def explain_error(error: pydantic.ValidationError, cls: type[Settings], section: str) -> str:
    """Describes the first error in one line; unknown names come first, as they can cause the others.

    Args:
        error: what the validation of `cls` raised.
        cls: class of the settings.
        section: dotted name of the settings; empty for the root.
    """
    errors = error.errors(include_url=False)
    first = next((each for each in errors if each["type"] == "extra_forbidden"), errors[0])
    location, value = first["loc"], first["input"]
    dotted = section
    for part in location:
        dotted += f"[{part}]" if isinstance(part, int) else f".{part}" if dotted else str(part)
    if first["type"] == "extra_forbidden":
        return _unknown(dotted, list(cls.dotted_names(section)))
    if first["type"] == "value_error":
        return f"{dotted}.{first['ctx']['error']}" if dotted else str(first["ctx"]["error"])
    found: Any = cls
    for part in location:
        if isinstance(part, str):
            found = found.sections().get(part) or found.model_fields[part]
    if not isinstance(found, FieldInfo):
        return f"{dotted} is a section: `lookbook config --explain {dotted}` lists its settings. Received: {value!r}."
    if len(location) > 1 and isinstance(location[-1], int):
        return f"{dotted} must be a string. Received: {value!r}."
    quoted = f" Write {dotted}='\"{value}\"'." if first["type"] == "string_type" and "'" not in repr(value) else ""
    return f"{dotted} must be {rule_of(found)}. Received: {value!r}.{quoted}"


def nearest_name(dotted: str, known: Sequence[str]) -> str | None:
    """The known name that a misspelt one most likely means; None if none is near.

    Either the last part is right and the section is wrong, or the whole name or the last part is misspelt.
    """
    last_parts = {name.split(".")[-1]: name for name in known}
    last = dotted.split(".")[-1]
    if last in last_parts:
        return next(name for name in known if name.split(".")[-1] == last)
    for near in difflib.get_close_matches(dotted, known, n=1):
        return near
    for near in difflib.get_close_matches(last, last_parts, n=1):
        return last_parts[near]
    return None


def _unknown(dotted: str, known: Sequence[str]) -> str:
    near = nearest_name(dotted, known)
    if near is None:
        return f"{dotted} is not a setting; `lookbook config` lists them"
    return f"{dotted} is not a setting; the nearest is {near}"


def _range(constraints: Sequence[Any]) -> str:
    """The bounds in words."""
    ends = {
        name: f"{end:,}" for each in constraints for name in _ENDS if (end := getattr(each, name, None)) is not None
    }
    if "ge" in ends and "le" in ends:
        return f" from {ends['ge']} to {ends['le']}"
    return "".join(f" {words} {ends[name]}" for name, words in _ENDS.items() if name in ends)
