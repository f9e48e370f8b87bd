"""Settings: nested frozen dataclasses, resolved strictly from layers of plain trees.

A tree is what a TOML file reads as: mappings of names to values or to further mappings. Layers are
merged left to right (a preset, then what was typed), checked against the dataclasses' annotations and
turned into one instance. Nothing is guessed: an unknown name, a value of the wrong type and a value that
the dataclass itself refuses (a ValueError of its `__post_init__`) are each a ConfigError that names the
setting by its dotted path. This module knows no particular setting.

Annotations understood: bool, int, float, str, datetime.date, Literal[...], tuple[T, ...], tuple[T, U],
`T | None`, and dataclasses. An int is taken for a float, nothing else is converted. As TOML has no null,
the word "none" stands for None, in both directions.
"""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import hashlib
import json
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar, Union

import tomli

from transforms.errors import ConfigError

NONE = "none"
C = TypeVar("C")


def resolve(cls: type[C], layers: Sequence[Mapping[str, Any]]) -> C:
    """Makes an instance of `cls` from its defaults and `layers`, later layers winning.

    Args:
        cls: a dataclass, whose fields may be dataclasses.
        layers: trees; a mapping is merged into the one below it, any other value replaces it.

    Raises:
        ConfigError: a name is unknown, a value is missing, of the wrong type or refused by its dataclass.

    """
    tree: dict[str, Any] = {}
    for layer in layers:
        tree = _merged(tree, layer)
    return _built(cls, tree, default=None, path=(), known=tuple(_dotted_names(cls)))


def parse_assignments(assignments: Sequence[str]) -> dict[str, Any]:
    """The tree that `["retrieval.embedding_dim=64", "name=spring"]` means, later ones winning.

    Values are written as in TOML; what TOML cannot read is taken as a string without quotes.

    Raises:
        ConfigError: an assignment is not of the form `section.name=value`, or two contradict each other.

    """
    tree: dict[str, Any] = {}
    for assignment in assignments:
        dotted, equals, text = assignment.partition("=")
        path = [part.strip() for part in dotted.split(".")]
        if not equals or not all(path):
            raise ConfigError(f"a setting is written section.name=value; received {assignment!r}")
        section = tree
        for depth, part in enumerate(path[:-1], start=1):
            section = section.setdefault(part, {})
            if not isinstance(section, dict):
                raise ConfigError(f"{'.'.join(path[:depth])} is set both as a value and as a section")
        if isinstance(section.get(path[-1]), dict):
            raise ConfigError(f"{'.'.join(path)} is set both as a value and as a section")
        section[path[-1]] = _toml_value(text.strip())
    return tree


def as_tree(config: Any) -> dict[str, Any]:
    """The settings of a dataclass instance as a tree: lists for tuples, None as it is.

    `resolve(type(config), [as_tree(config)]) == config`.
    """
    return {f.name: _plain(getattr(config, f.name)) for f in dataclasses.fields(config) if f.init}


def to_toml(tree: Mapping[str, Any]) -> str:
    """Writes a tree as TOML: values first, then a table for each section, None as "none"."""
    return "\n".join(_toml_lines(tree, path=())).strip() + "\n"


def fingerprint(config: Any) -> str:
    """16 hexadecimal digits that are equal for equal settings, whatever the order of the fields."""
    text = json.dumps(as_tree(config), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(below)
    for name, value in above.items():
        if isinstance(value, Mapping):
            under = both.get(name)
            both[name] = _merged(under if isinstance(under, Mapping) else {}, value)
        else:
            both[name] = value
    return both


def _built(cls: type[C], tree: Mapping[str, Any], default: C | None, path: tuple[str, ...], known: Sequence[str]) -> C:
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}  # type: ignore[arg-type]
    hints = typing.get_type_hints(cls)
    for name in tree:
        if name not in fields:
            raise ConfigError(_unknown((*path, name), known))
    values = {}
    for name, field in fields.items():
        inner = getattr(default, name) if default is not None else _default(field)
        if name in tree:
            values[name] = _converted(hints[name], tree[name], inner, (*path, name), known)
        elif inner is not dataclasses.MISSING:
            values[name] = inner
        else:
            raise ConfigError(f"{'.'.join((*path, name))} must be set: it has no default")
    try:
        return cls(**values)
    except (ValueError, ConfigError) as error:
        section = ".".join(path)
        raise ConfigError(f"{section}: {error}" if section else str(error)) from error


def _default(field: dataclasses.Field) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _converted(hint: Any, value: Any, default: Any, path: tuple[str, ...], known: Sequence[str]) -> Any:
    name = ".".join(path)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType) and types.NoneType in arguments and len(arguments) == 2:
        if value is None or value == NONE:
            return None
        (hint,) = (argument for argument in arguments if argument is not types.NoneType)
        return _converted(hint, value, default, path, known)
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, Mapping):
            inside = ", ".join(f"{name}.{field.name}" for field in dataclasses.fields(hint))
            raise ConfigError(f"{name} is a section, not a value: set {inside}; received {value!r}")
        base = default if isinstance(default, typing.cast(type, hint)) else None
        return _built(typing.cast(type, hint), value, base, path, known)
    if isinstance(value, Mapping):
        raise ConfigError(f"{name} is a value, not a section; received the names {', '.join(value)}")
    if origin is Literal:
        if any(value == choice and type(value) is type(choice) for choice in arguments):
            return value
        choices = ", ".join(map(repr, arguments))
        raise ConfigError(f"{name} must be one of {choices}; received {value!r}")
    if origin is tuple:
        return _tuple(arguments, value, path, known)
    if hint not in _KINDS:
        raise TypeError(f"{name} is annotated {hint!r}, which settings cannot be of")
    kind, accepts = _KINDS[hint]
    if type(value) not in accepts:
        quoted = f"; in quotes it is one: {name}='\"{value}\"'" if hint is str else ""
        raise ConfigError(f"{name} must be {kind}; received {value!r}{quoted}")
    return hint(value) if hint is float else value


_KINDS: dict[Any, tuple[str, tuple[type, ...]]] = {
    bool: ("true or false", (bool,)),
    int: ("a whole number", (int,)),
    float: ("a number", (float, int)),
    str: ("a string", (str,)),
    datetime.date: ("a date such as 2020-09-22", (datetime.date,)),
}


def _tuple(arguments: tuple, value: Any, path: tuple[str, ...], known: Sequence[str]) -> tuple:
    name = ".".join(path)
    if not isinstance(value, (list, tuple)):
        raise ConfigError(f"{name} must be a list such as [1, 2]; received {value!r}")
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        arguments = (arguments[0],) * len(value)
    if len(arguments) != len(value):
        raise ConfigError(f"{name} must have {len(arguments)} values; received {value!r}")
    return tuple(
        _converted(hint, item, dataclasses.MISSING, (*path[:-1], f"{path[-1]}[{i}]"), known)
        for i, (hint, item) in enumerate(zip(arguments, value, strict=True))
    )


def _dotted_names(cls: type, path: tuple[str, ...] = ()) -> Iterator[str]:
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        inner = (*path, field.name)
        sections = [t for t in (hints[field.name], *typing.get_args(hints[field.name])) if _is_section(t)]
        yield ".".join(inner)
        for section in sections:
            yield from _dotted_names(section, inner)


def _is_section(hint: Any) -> bool:
    return isinstance(hint, type) and dataclasses.is_dataclass(hint)


def _unknown(path: tuple[str, ...], known: Sequence[str]) -> str:
    """The whole dotted name may be misspelt, or a right last part stands in the wrong section."""
    dotted = ".".join(path)
    same_last_part = [name for name in known if name.split(".")[-1] == path[-1]]
    last_parts = {name.split(".")[-1]: name for name in known}
    near = same_last_part or difflib.get_close_matches(dotted, known, n=1)
    if not near:  # misspelt, without its section
        near = [last_parts[part] for part in difflib.get_close_matches(path[-1], last_parts, n=1)]
    if near:
        return f"{dotted} is not a setting; the nearest is {near[0]}"
    return f"{dotted} is not a setting; `lookbook config` lists them"


def _toml_value(text: str) -> Any:
    try:
        table = tomli.loads(f"value = {text}")
    except tomli.TOMLDecodeError:
        return text
    return table["value"] if len(table) == 1 else text


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return as_tree(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _toml_lines(tree: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    sections = {name: value for name, value in tree.items() if isinstance(value, Mapping)}
    values = {name: value for name, value in tree.items() if name not in sections}
    if path and (values or not sections):
        yield f"\n[{'.'.join(path)}]"
    for name, value in values.items():
        yield f"{name} = {_toml_text(value)}"
    for name, section in sections.items():
        yield from _toml_lines(section, (*path, name))


def _toml_text(value: Any) -> str:
    if value is None:
        return f'"{NONE}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):  # JSON's escapes are TOML's, but for DEL, which JSON leaves bare
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_toml_text(item) for item in value)}]"
    return str(value)
