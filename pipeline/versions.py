"""The versions of the pushed model under `OUT/serving/lookbook/`: which there are, going back, thinning out.

A version is a folder named by a positive number; the highest number is the one served. TensorFlow Serving
(and the project's own server) polls the folder, loads the highest number it finds and only then drops what
it had. Names that are not numbers it ignores, so that a folder is prepared or taken down under a name with
a leading dot, and enters or leaves the sight of the server by one rename.

Going back therefore never removes the newer version: the server would for a while have less than it serves.
The older one is copied under a new highest number instead. It enters as any push does, the numbers tell
the story in order, and going back can itself be taken back.
"""

from __future__ import annotations

import dataclasses
import pathlib
import shlex
from collections.abc import Mapping
from typing import Any

from components.push.publish import drop_old, figures_of, publish, version_folders
from transforms.errors import LookbookError

MODEL_NAME = "lookbook"


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


def model_dir(out: pathlib.Path) -> pathlib.Path:
    """The folder a model server is pointed at: `OUT/serving/lookbook`."""
    return out / "serving" / MODEL_NAME


def list_versions(out: pathlib.Path) -> list[Version]:
    """The versions pushed under `out`, newest last; empty if there are none."""
    folders = version_folders(model_dir(out))
    return [
        Version(number=int(path.name), path=path, figures=figures_of(path), served=path == folders[-1])
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


def rollback(out: pathlib.Path, number: int) -> Version:
    """Serves an older version again, as a copy under a new highest number.

    At every moment the folder holds a whole highest version. The copy's figures say `copy_of`, the number
    asked for, and `rolled_back_from`, the number that was served until now.

    Args:
        out: where the pipeline writes.
        number: the version to serve again.

    Raises:
        LookbookError: there is no such version, or it is the one served.

    """
    left = served_version(out)
    there = {version.number: version for version in list_versions(out)}
    if number not in there:
        listed = ", ".join(map(str, there))
        raise LookbookError(f"version must be one of {listed}; received {number}; see `lookbook versions`")
    if number == left.number:
        raise LookbookError(f"version must be older than the served one; {number} is served already")
    told = {"copy_of": number, "rolled_back_from": left.number}
    publish(there[number].path, model_dir(out), told, at_least=left.number + 1)
    return served_version(out)


def retain(out: pathlib.Path, keep: int) -> list[int]:
    """Deletes the oldest versions until `keep` are left; the served one always stays.

    Args:
        out: where the pipeline writes.
        keep: how many versions to leave, 1 or more.

    Returns:
        The numbers that were deleted, oldest first.

    Raises:
        ValueError: `keep` is below 1.

    """
    return drop_old(model_dir(out), keep)
