"""The statistics of the last pushed run, which are stored in its version.

Imports no TensorFlow: the command line reads the baseline before it starts the steps.
"""

from __future__ import annotations

import hashlib
import pathlib
import shutil

from components.model_files import DRIFT, RUN_KEY, description_of
from components.served_folder import version_folders

NONE, VERSION = "none", "version.txt"
SPLIT = "all"
FILE = f"Split-{SPLIT}/FeatureStats.pb"  # of the artifact of statistics, and in a version's folder


def find_baseline(serving_dir: pathlib.Path, run_key: str) -> pathlib.Path | None:
    """The newest version with statistics that another run pushed; None if there is none.

    The run's own versions are left out, as in `find_last_blessed`, so that a second run on the same inputs is compared
    with the same statistics as the first.

    Args:
        serving_dir: folder of the versions.
        run_key: key of the run, computed from its inputs, settings and code.
    """
    for version in reversed(version_folders(serving_dir)):
        if (version / DRIFT / FILE).is_file() and description_of(version).get(RUN_KEY) != run_key:
            return version
    return None


def key_of_baseline(version: pathlib.Path | None) -> str:
    """Cache key of the statistics of a version: their digest, or `none`."""
    return (
        NONE if version is None else hashlib.blake2b((version / DRIFT / FILE).read_bytes(), digest_size=12).hexdigest()
    )


def emit_baseline(version: pathlib.Path | None, to: pathlib.Path) -> None:
    """Copies the statistics of a version; without one, the folder stays empty.

    Args:
        version: folder of the version, or None.
        to: folder of the artifact `ExampleStatistics`.
    """
    to.mkdir(parents=True, exist_ok=True)
    if version is not None:
        shutil.copytree(version / DRIFT, to, dirs_exist_ok=True)
        (to / VERSION).write_text(version.name, encoding="utf-8")


def baseline_version(folder: pathlib.Path) -> str | None:
    """The number of the version whose statistics an artifact holds; None if it holds none.

    Args:
        folder: folder of the artifact that `emit_baseline` wrote.
    """
    path = folder / VERSION
    return path.read_text(encoding="utf-8") if path.is_file() else None
