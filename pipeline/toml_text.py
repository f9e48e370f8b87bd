"""Writes settings as TOML that `pipeline.layers.resolve` can read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.layers import NONE


def to_toml(tree: Mapping[str, Any]) -> str:
    """Writes a tree as TOML: values first, then a table for each section, None as "none"."""
    return "\n".join(_lines(tree, path=())).strip() + "\n"


def value_text(value: Any) -> str:
    """Writes one value as in TOML."""
    if value is None:
        return f'"{NONE}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):  # JSON escapes like TOML, except for DEL
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(value_text(item) for item in value)}]"
    return str(value)


def _lines(tree: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    sections = {name: value for name, value in tree.items() if isinstance(value, Mapping)}
    values = {name: value for name, value in tree.items() if name not in sections}
    if path and (values or not sections):
        yield f"\n[{'.'.join(path)}]"
    for name, value in values.items():
        yield f"{name} = {value_text(value)}"
    for name, section in sections.items():
        yield from _lines(section, (*path, name))
