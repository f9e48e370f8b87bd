"""Settings as values by dotted name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Returns settings as JSON values by dotted name.

    >>> flat({"seed": 0, "ranking": {"loss": "listwise"}})
    {'seed': '0', 'ranking.loss': '"listwise"'}

    Args:
        tree: sections of names and values.
        prefix: prefix of the names.
    """
    values: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            values |= flat(value, f"{prefix}{name}.")
        else:
            values[f"{prefix}{name}"] = json.dumps(value)
    return values
