"""Goes back to an older version, and deletes old ones.

Going back never removes the newer version: the server would for a while have less than it serves. The older version
is copied under a new highest number instead, as any push does. The numbers stay in order of time, and going back can
itself be undone.
"""

from __future__ import annotations

import pathlib

from components.push.publish import drop_old, publish
from components.served_folder import model_dir
from pipeline.versions import Version, list_versions, served_version
from transforms.errors import LookbookError


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
