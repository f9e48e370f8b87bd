"""Stores results as JSON files, and computes hashes of their inputs, so that a stopped benchmark can continue."""

import functools
import hashlib
import json
import pathlib
from collections.abc import Mapping
from typing import Any

from pipeline.code_version import code_version

# Cached, because a process runs the code of its start even if files change.
code_of = functools.cache(code_version)


def digest_of(tree: Any) -> str:
    """Hash of JSON values, 16 hex digits."""
    text = json.dumps(tree, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def store(path: pathlib.Path, result: Mapping[str, Any]) -> None:
    """Writes a result, completely or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".part").write_text(json.dumps(result, indent=1))
    path.with_suffix(".part").rename(path)
