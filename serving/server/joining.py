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

from serving.wire import DATA_TYPES

DECLARATION_FILE = "assets.extra/lookbook.json"
DECLARATION_KEY = "independent_rows"
_STRING = DATA_TYPES["DT_STRING"]


@dataclasses.dataclass(frozen=True)
class JoiningKey:
    """Key of a request; requests with equal keys can be joined.

    Attributes:
        signature: name of the signature.
        aliases: names of the requested outputs.
        scalars: tensor name, dtype and bytes of each input without rows.
        shapes: tensor name and shape of one row of each input with rows.
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
    """Whether all outputs of a SignatureDef have rows, and each input has rows or is a number."""
    inputs, outputs = signature.inputs.values(), signature.outputs.values()
    with_rows = [info for info in inputs if _has_rows(info)]
    numbers = [info for info in inputs if _is_scalar(info) and info.dtype != _STRING]
    return bool(with_rows) and len(with_rows) + len(numbers) == len(inputs) and all(map(_has_rows, outputs))


def joining_key(name: str, signature: Any, feeds: Mapping[str, Any], aliases: Sequence[str]) -> JoiningKey | None:
    """The key of a request for a joinable signature.

    Args:
        name: name of the signature.
        signature: SignatureDef.
        feeds: arrays by tensor name.
        aliases: names of the requested outputs.

    Returns:
        The key; None if the ranks of the arrays are not those of the signature, or their numbers of rows differ.
    """
    infos = signature.inputs.values()
    if any(feeds[info.name].ndim != len(info.tensor_shape.dim) for info in infos):
        return None  # the graph reports the error
    names = sorted(info.name for info in infos)
    if len({len(feeds[name]) for name in names if feeds[name].ndim}) != 1:
        return None
    return JoiningKey(
        signature=name,
        aliases=tuple(aliases),
        scalars=tuple((n, feeds[n].dtype.str, feeds[n].tobytes()) for n in names if not feeds[n].ndim),
        shapes=tuple((n, feeds[n].shape[1:]) for n in names if feeds[n].ndim),
    )


def _has_rows(info: Any) -> bool:
    shape = info.tensor_shape
    return bool(info.name) and not shape.unknown_rank and bool(shape.dim) and shape.dim[0].size == -1


def _is_scalar(info: Any) -> bool:
    return not info.tensor_shape.unknown_rank and not info.tensor_shape.dim
