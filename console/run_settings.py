"""The settings of the runs that pushed the versions, and what differs between two."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

from console.versions import Version

FILE = "run.json"
_MAX_VALUE = 200  # characters


@dataclasses.dataclass(frozen=True)
class SettingDifference:
    """A setting that two versions do not share; "" is no value, as of a setting that a release does not have."""

    name: str
    first: str
    second: str


def read_settings(version: Version) -> dict[str, str] | None:
    """Settings by full name, such as `ranking.epochs`, as JSON; None if the version does not record them.

    Args:
        version: the version.
    """
    try:
        record = json.loads((version.path / "assets.extra" / FILE).read_text(encoding="utf-8"))
        return dict(_flat(record["settings"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def setting_differences(first: Mapping[str, str], second: Mapping[str, str]) -> list[SettingDifference]:
    """The settings with other values, in the order of their names.

    >>> setting_differences({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"})
    [SettingDifference(name='b', first='2', second='3'), SettingDifference(name='c', first='', second='4')]

    Args:
        first: settings of a version, from `read_settings`.
        second: settings of another one.
    """
    names = sorted({*first, *second})
    pairs = [(name, first.get(name, ""), second.get(name, "")) for name in names]
    return [SettingDifference(name, a[:_MAX_VALUE], b[:_MAX_VALUE]) for name, a, b in pairs if a != b]


def _flat(tree: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", json.dumps(value, ensure_ascii=False)
