"""The versions of the pushed model under `OUT/serving/lookbook/`.

A version is a folder named by a positive number; the highest number is the one served. TensorFlow Serving
(and the project's own server) polls the folder, loads the highest number it finds and only then unloads the
previous version. It ignores names that are not numbers, so a version is prepared or deleted under a name with
a leading dot, and appears or disappears by one rename.
"""

from __future__ import annotations

import dataclasses
import pathlib
import shlex
from collections.abc import Mapping
from typing import Any

from components.model_files import description_of
from components.served_folder import model_dir, version_folders
from transforms.errors import LookbookError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Version:
    """One pushed model.

    Attributes:
        number: its name; the larger, the newer.
        path: its folder, a SavedModel.
        figures: what `assets.extra/lookbook.json` says of it; empty if that is missing.
        served: whether a server that polls the folder serves this one.

    """

    number: int
    path: pathlib.Path
    figures: Mapping[str, Any]
    served: bool


def list_versions(out: pathlib.Path) -> list[Version]:
    """The versions pushed under `out`, newest last; empty if there are none."""
    folders = version_folders(model_dir(out))
    return [
        Version(number=int(path.name), path=path, figures=description_of(path), served=path == folders[-1])
        for path in folders
    ]


def served_version(out: pathlib.Path) -> Version:
    """The version that a server serves.

    Raises:
        LookbookError: nothing has been pushed under `out`.

    """
    versions = list_versions(out)
    if not versions:
        raise LookbookError(
            f"--out must hold a pushed model, but {model_dir(out)} has none; run `lookbook run --out "
            f"{shlex.quote(str(out))}` and read the lines of its gates"
        )
    return versions[-1]
