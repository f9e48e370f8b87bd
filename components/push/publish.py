"""Adds a SavedModel to a served folder as version `<number>`, and removes old versions, each by one rename.

A model server polls the folder and must never see an incomplete version. It ignores names that are not numbers, and a
rename within one file system is atomic. So a version is prepared and deleted under a name with a leading dot.
"""

import contextlib
import errno
import os
import pathlib
import shutil
import tempfile
import time
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from components.model_files import write_description
from components.served_folder import is_number, version_folders

_REMOVED = ".removed-"
_INCOMING = ".incoming-"
_LINKED_BYTES = 1 << 20
_NO_FOLDERS: Mapping[pathlib.PurePath, pathlib.Path] = types.MappingProxyType({})


def publish(
    saved_model: pathlib.Path,
    serving_dir: pathlib.Path,
    figures: Mapping[str, Any],
    at_least: int | None = None,
    copy: Callable[[str, str], object] = shutil.copy2,
    folders: Mapping[pathlib.PurePath, pathlib.Path] = _NO_FOLDERS,
) -> pathlib.Path:
    """Copies a model into the served folder as its newest version.

    Args:
        saved_model: folder of the SavedModel.
        serving_dir: folder of the versions, created if it does not exist.
        figures: fields to add to the version's `assets.extra/lookbook.json`.
        at_least: minimum number of the version; the time in seconds if None.
        copy: copies a file; `link_or_copy` saves time and space.
        folders: more folders to copy, by their path in the version.

    Returns:
        The version's folder; its number is the highest in the folder.
    """
    serving_dir.mkdir(parents=True, exist_ok=True)
    incoming = pathlib.Path(tempfile.mkdtemp(prefix=_INCOMING, dir=serving_dir))
    try:
        shutil.copytree(saved_model, incoming, dirs_exist_ok=True, copy_function=copy)
        for name, folder in folders.items():
            shutil.copytree(folder, incoming / name, dirs_exist_ok=True)
        write_description(incoming, figures)
        taken = [int(path.name) for path in serving_dir.iterdir() if is_number(path.name)]
        first = int(time.time()) if at_least is None else at_least
        return _enter(incoming, max([first, *(number + 1 for number in taken)]))
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def link_or_copy(source: str, target: str) -> None:
    """Links a large file; copies a small one, which may be rewritten in place, and where links are not possible.

    Args:
        source: path of the file.
        target: path of its copy.
    """
    if os.stat(source).st_size >= _LINKED_BYTES:
        with contextlib.suppress(OSError):  # another filesystem, or one without hard links
            os.link(source, target)
            return
    shutil.copy2(source, target)


def drop_old(serving_dir: pathlib.Path, keep: int) -> list[int]:
    """Deletes the oldest versions until `keep` are left. Each is renamed first, so that servers ignore it.

    Args:
        serving_dir: folder of the versions.
        keep: number of versions to keep, 1 or more.

    Returns:
        The deleted numbers, oldest first.

    Raises:
        ValueError: `keep` is below 1.
    """
    if keep < 1:
        raise ValueError(f"keep must be 1 or more, because one version is served. Received: {keep}.")
    doomed = version_folders(serving_dir)[:-keep]
    drop(serving_dir, doomed)
    return [int(version.name) for version in doomed]


def drop(serving_dir: pathlib.Path, versions: Iterable[pathlib.Path]) -> None:
    """Deletes versions. Each is renamed first, so that servers ignore it.

    Args:
        serving_dir: folder of the versions.
        versions: folders of versions in it.
    """
    for version in versions:
        version.rename(version.with_name(f"{_REMOVED}{version.name}"))
    for removed in serving_dir.glob(f"{_REMOVED}*"):  # also folders that a killed process left half deleted
        shutil.rmtree(removed, ignore_errors=True)


def _enter(incoming: pathlib.Path, number: int) -> pathlib.Path:
    """Renames to `number`, or to the next number if another push has taken it."""
    while True:
        try:
            return incoming.rename(incoming.with_name(str(number)))
        except OSError as error:  # a rename onto a folder that is not empty fails
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
            number += 1
