"""Rolls back to an older version, and deletes old versions.

A rollback copies the older version under a new highest number, like a push. It does not remove the newer version,
because servers would have no version to serve in between. So the numbers stay in order of time, and a rollback can be
undone.
"""

from __future__ import annotations

import pathlib

from components.push.publish import drop, drop_old, publish
from components.served_folder import model_dir
from pipeline.versions import Version, list_versions, served_version
from transforms.errors import LookbookError


def rollback(out: pathlib.Path, number: int) -> Version:
    """Serves an older version again, as a copy under a new highest number.

    At all times, the highest version is complete. The figures of the copy contain `copy_of`, the number of the older
    version, and `rolled_back_from`, the number of the formerly served version.

    Args:
        out: folder that the pipeline writes to.
        number: number of the older version.

    Returns:
        The new version.

    Raises:
        LookbookError: there is no version of that number, or it is the served one.
    """
    served = served_version(out)
    versions = {version.number: version for version in list_versions(out)}
    if number not in versions:
        listed = ", ".join(map(str, versions))
        raise LookbookError(f"version must be one of {listed}. Received: {number}; see `lookbook versions`")
    if number == served.number:
        raise LookbookError(f"version must be older than the served one; {number} is served already")
    figures = {"copy_of": number, "rolled_back_from": served.number}
    publish(versions[number].path, model_dir(out), figures, at_least=served.number + 1)
    return served_version(out)


def retain(out: pathlib.Path, keep: int) -> list[int]:
    """Deletes the oldest versions until `keep` are left. The served version is never deleted.

    Args:
        out: folder that the pipeline writes to.
        keep: number of versions to keep, 1 or more.

    Returns:
        The deleted numbers, oldest first.

    Raises:
        ValueError: `keep` is below 1.
    """
    return drop_old(model_dir(out), keep)


def delete(out: pathlib.Path, number: int) -> None:
    """Deletes a version that is not served.

    Args:
        out: folder that the pipeline writes to.
        number: number of the version.

    Raises:
        LookbookError: there is no version of that number, or it is the served one.
    """
    served = served_version(out)
    versions = {version.number: version.path for version in list_versions(out)}
    if number not in versions:
        raise LookbookError(f"version must be one of {', '.join(map(str, versions))}. Received: {number}")
    if number == served.number:
        raise LookbookError(f"version must not be the served one. Received: {number}; serve another first")
    drop(model_dir(out), [versions[number]])
