"""The served folder: `OUT/serving/lookbook/<number>/`, one SavedModel each; the highest number is served.

`components.push.publish` writes it. This module defines its names and finds versions in it.
"""

import pathlib

from components.model_files import RUN_KEY, WEIGHTS, WEIGHTS_DIGEST, description_of

MODEL_NAME = "lookbook"
_GRAPH = "saved_model.pb"


def model_dir(out: pathlib.Path) -> pathlib.Path:
    """The folder a model server polls: `OUT/serving/lookbook`."""
    return out / "serving" / MODEL_NAME


def is_number(name: str) -> bool:
    """Whether a folder of this name is a version for a model server."""
    return name.isascii() and name.isdigit()


def version_folders(serving_dir: pathlib.Path) -> list[pathlib.Path]:
    """The folders of the versions that have a SavedModel, newest last."""
    found = serving_dir.iterdir() if serving_dir.is_dir() else []
    versions = (path for path in found if is_number(path.name) and (path / _GRAPH).is_file())
    return sorted(versions, key=lambda path: int(path.name))


def find_last_blessed(serving_dir: pathlib.Path, run_key: str) -> pathlib.Path | None:
    """The newest version with weights that another run pushed; None if there is none.

    A pushed version has passed all gates. A rollback makes an older version the newest again. The run's own versions
    are left out, so that a second run on the same inputs is compared with the same model as the first.

    Args:
        serving_dir: folder of the versions.
        run_key: key of the run, computed from its inputs, settings and code; "" leaves out no version.
    """
    for version in reversed(version_folders(serving_dir)):
        description = description_of(version)
        usable = WEIGHTS_DIGEST in description and (version / WEIGHTS).is_dir()
        if usable and description.get(RUN_KEY) != run_key:
            return version
    return None
