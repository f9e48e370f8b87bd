"""Results kept as JSON under names that say what they follow from, so that a bench that was stopped goes on."""

import functools
import hashlib
import json
import pathlib
from collections.abc import Mapping
from typing import Any

from pipeline.code_version import code_version

# The code of a process is that of its start, whatever is edited meanwhile.
code_of = functools.cache(code_version)


def digest_of(tree: Any) -> str:
    """16 hex digits of anything JSON can say."""
    text = json.dumps(tree, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def keep(path: pathlib.Path, result: Mapping[str, Any]) -> None:
    """Writes a result whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".part").write_text(json.dumps(result, indent=1))
    path.with_suffix(".part").rename(path)
