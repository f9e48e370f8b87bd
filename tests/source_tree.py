"""The rooms of the project, and copies of its sources."""

import pathlib
import shutil

ROOT = pathlib.Path(__file__).parents[1]
ROOMS = (
    *("lookbook", "console", "kubeflow", "operations", "pipeline", "components"),
    *("models", "pages", "serving", "synthetic", "transforms"),
)
_BUILD_FILES = ("setup.py", "pyproject.toml", "requirements.in", "MANIFEST.in", "LICENSE", "SECURITY.md")


def copy_rooms(to: pathlib.Path) -> None:
    """Copies all rooms into a folder."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, to / room, ignore=shutil.ignore_patterns("__pycache__"))


def copy_source(to: pathlib.Path) -> None:
    """Copies the files that a wheel is built from into an existing folder."""
    for name in _BUILD_FILES:
        shutil.copy(ROOT / name, to)
    copy_rooms(to)
