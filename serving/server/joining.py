"""Rules for joining requests into one run of the graph: same signature, outputs, scalars and shapes of rows.

A joined batch is not the batch that a client sent. Joining is therefore right only for a model whose rows do not depend
on each other. A SignatureDef does not say so: the model must declare it by `"independent_rows": true` in its
`assets.extra/lookbook.json`. Requests for other models are never joined.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

DECLARATION_FILE = "assets.extra/lookbook.json"
DECLARATION_KEY = "independent_rows"


@dataclasses.dataclass(frozen=True)
class JoiningKey:
    """What requests must have in common.

    Attributes:
        signature: its name.
        aliases: of the outputs wanted.
        scalars: name, dtype and bytes of each input without rows.
        shapes: name and shape of a row of each input with rows.

    """

    signature: str
    aliases: tuple[str, ...]
    scalars: tuple[tuple[str, str, bytes], ...]
    shapes: tuple[tuple[str, tuple[int, ...]], ...]


def rows_are_independent(version: pathlib.Path) -> bool:
    """Whether the model in a version's folder declares that each row's answer depends on that row alone."""
    try:
        declared = json.loads((version / DECLARATION_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(declared, dict) and declared.get(DECLARATION_KEY) is True


def can_be_joined(signature: Any) -> bool:
    """Whether all outputs of a SignatureDef have rows, and all inputs have rows or are numbers."""
    inputs, outputs = signature.inputs.values(), signature.outputs.values()
    with_rows = [info for info in inputs if _has_rows(info)]
    numbers = [info for info in inputs if _is_scalar(info) and info.dtype != _STRING]
    return bool(with_rows) and len(with_rows) + len(numbers) == len(inputs) and all(map(_has_rows, outputs))


def joining_key(name: str, signature: Any, feeds: Mapping[str, Any], aliases: Sequence[str]) -> JoiningKey | None:
    """The key of a request for a signature that can be joined; None if the arrays are not of the signature's ranks."""
    infos = signature.inputs.values()
    if any(feeds[info.name].ndim != len(info.tensor_shape.dim) for info in infos):
        return None  # the graph will say what is wrong with it
    names = sorted(info.name for info in infos)
    if len({len(feeds[name]) for name in names if feeds[name].ndim}) != 1:
        return None
    return JoiningKey(
        signature=name,
        aliases=tuple(aliases),
        scalars=tuple((n, feeds[n].dtype.str, feeds[n].tobytes()) for n in names if not feeds[n].ndim),
        shapes=tuple((n, feeds[n].shape[1:]) for n in names if feeds[n].ndim),
    )


_STRING = 7  # DT_STRING


def _has_rows(info: Any) -> bool:
    shape = info.tensor_shape
    return bool(info.name) and not shape.unknown_rank and bool(shape.dim) and shape.dim[0].size == -1


def _is_scalar(info: Any) -> bool:
    return not info.tensor_shape.unknown_rank and not info.tensor_shape.dim
