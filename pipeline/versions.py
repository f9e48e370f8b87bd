"""The versions of the pushed model under `OUT/serving/lookbook/`.

A version is a folder named by a positive number. Servers (TensorFlow Serving and the project's own) poll the parent
folder, load the highest number and then unload the previous version. They ignore names that are not numbers, so a
version is prepared or deleted under a name with a leading dot, and appears or disappears by one rename.
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
        number: number of the version; newer versions have higher numbers.
        path: folder of the version, a SavedModel.
        figures: content of `assets.extra/lookbook.json`; empty if the file is missing.
        served: whether servers serve this version.
    """

    number: int
    path: pathlib.Path
    figures: Mapping[str, Any]
    served: bool


def list_versions(out: pathlib.Path) -> list[Version]:
    """The versions pushed under `out`, newest last."""
    folders = version_folders(model_dir(out))
    return [
        Version(number=int(path.name), path=path, figures=description_of(path), served=path == folders[-1])
        for path in folders
    ]


def served_version(out: pathlib.Path) -> Version:
    """The version that servers serve.

    Raises:
        LookbookError: no version has been pushed under `out`.
    """
    versions = list_versions(out)
    if not versions:
        raise LookbookError(
            f"--out must hold a pushed model, but {model_dir(out)} has none; run `lookbook run --out "
            f"{shlex.quote(str(out))}` and read the lines of its gates"
        )
    return versions[-1]
