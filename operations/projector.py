"""Files of TensorBoard's embedding projector.

The format is that of `tensorboard.plugins.projector`: one vector a line, one line of metadata a vector, with a header
if the metadata have several columns, and a text protobuf `ProjectorConfig`.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.atomic_path import atomic_path

CONFIG = "projector_config.pbtxt"
SPRITE_FORMAT = "JPEG"
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Embedding:
    """The files of one embedding, relative to the configuration.

    Attributes:
        name: name that the projector shows.
        vectors, metadata: TSV files.
        sprite: image of small pictures; None for none.
        sprite_side: width and height of a small picture in pixels.
    """

    name: str
    vectors: str
    metadata: str
    sprite: str | None = None
    sprite_side: int = 0


def write_vectors(path: pathlib.Path, vectors: npt.NDArray[np.float32]) -> None:
    """Writes vectors `[n, dim]`, a line each, with the 9 digits that determine a float32."""
    with atomic_path(path) as unfinished:
        np.savetxt(unfinished, vectors, fmt="%.9g", delimiter="\t")


def write_metadata(path: pathlib.Path, table: pa.Table) -> None:
    """Writes a table of texts, a line for each vector; tabs and line breaks in texts become blanks."""
    columns = [[_BREAKS.sub(" ", text or "") for text in column.to_pylist()] for column in table.columns]
    lines = ["\t".join(row) for row in zip(*columns, strict=True)]
    if len(columns) > 1:
        lines.insert(0, "\t".join(table.column_names))
    with atomic_path(path) as unfinished:
        unfinished.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_config(folder: pathlib.Path, embeddings: Sequence[Embedding]) -> None:
    """Writes the configuration, which makes TensorBoard open the folder."""
    with atomic_path(folder / CONFIG) as unfinished:
        unfinished.write_text("".join(map(_entry, embeddings)), encoding="utf-8")


def _entry(embedding: Embedding) -> str:
    lines = [
        f"  tensor_name: {json.dumps(embedding.name)}",
        f"  tensor_path: {json.dumps(embedding.vectors)}",
        f"  metadata_path: {json.dumps(embedding.metadata)}",
    ]
    if embedding.sprite is not None:
        side = embedding.sprite_side
        lines += [
            "  sprite {",
            f"    image_path: {json.dumps(embedding.sprite)}",
            f"    single_image_dim: {side}",
            f"    single_image_dim: {side}",
            "  }",
        ]
    return "\n".join(["embeddings {", *lines, "}", ""])
