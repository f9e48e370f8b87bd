"""A SavedModel enters a served folder as version `<number>`, and old versions leave it, each by one rename.

A model server polls the folder and must never see half a version. Names that are not numbers it ignores, and a
rename within one file system is atomic: a version is prepared and taken down under a name with a leading dot.
"""

import contextlib
import datetime
import errno
import json
import pathlib
import shutil
import tempfile
import time
from collections.abc import Mapping
from typing import Any

FIGURES = pathlib.PurePath("assets.extra", "lookbook.json")
BLESSED, BLESSED_CUSTOMERS = "blessed_map_at_12", "blessed_customers"
AS_OF, JUDGED_AS_OF = "as_of", "judged_as_of"
TRAINED_UNTIL, REFITTED_UNTIL = "trained_until", "refitted_until"
_GRAPH = "saved_model.pb"
_REMOVED = ".removed-"
_INCOMING = ".incoming-"


def version_folders(serving_dir: pathlib.Path) -> list[pathlib.Path]:
    """The folders of the versions, newest last; what is no version is left out."""
    there = serving_dir.iterdir() if serving_dir.is_dir() else []
    return sorted((path for path in there if _is_version(path)), key=lambda path: int(path.name))


def figures_of(version: pathlib.Path) -> Mapping[str, Any]:
    """What `assets.extra/lookbook.json` says of a version; empty if it is missing or broken."""
    return figures_at(version / FIGURES)


def figures_at(path: pathlib.Path) -> Mapping[str, Any]:
    """Reads a `lookbook.json`; empty if it is missing or invalid."""
    with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
        figures = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(figures, dict):
            return figures
    return {}


def blessed_map(figures: Mapping[str, Any]) -> float | None:
    """MAP@12 that a version's weights were blessed with: a trained one's own, a refreshed one's handed on.

    Args:
        figures: from `figures_of`; None is returned where they do not say.
    """
    return figures.get(BLESSED, figures.get("evaluation", {}).get("map_at_12"))


def blessed_customers(figures: Mapping[str, Any]) -> int | None:
    """Number of customers in the blessed MAP@12 of a version's weights; see `blessed_map`."""
    customers = figures.get(BLESSED_CUSTOMERS, figures.get("evaluation", {}).get("customers"))
    return None if customers is None else int(customers)


def as_of(figures: Mapping[str, Any]) -> datetime.date | None:
    """The day of a version's state, which is the day after the last of its data; None if `figures` lack it."""
    return _date(figures.get(AS_OF))


def trained_until(figures: Mapping[str, Any]) -> datetime.date | None:
    """The judged weights of a version were trained on purchases dated before this day.

    Versions of earlier releases do not record it; the first day of their judged week is used instead. For versions
    pushed by a run it is the same day. For versions pushed by a refresh it is later, unless the data went backwards.

    Args:
        figures: from `figures_of`. If they have neither day, the result is None.
    """
    return _date(figures.get(TRAINED_UNTIL, figures.get(JUDGED_AS_OF)))


def publish(
    saved_model: pathlib.Path, serving_dir: pathlib.Path, figures: Mapping[str, Any], at_least: int | None = None
) -> pathlib.Path:
    """Copies a model into the served folder as its newest version.

    Args:
        saved_model: folder of the SavedModel.
        serving_dir: folder of the versions, made if need be.
        figures: added to the version's `assets.extra/lookbook.json`.
        at_least: lowest number the version may get; the time in seconds if None.

    Returns:
        The version's folder; its number is above that of every other.
    """
    serving_dir.mkdir(parents=True, exist_ok=True)
    incoming = pathlib.Path(tempfile.mkdtemp(prefix=_INCOMING, dir=serving_dir))
    try:
        shutil.copytree(saved_model, incoming, dirs_exist_ok=True)
        (incoming / FIGURES).parent.mkdir(exist_ok=True)
        text = json.dumps({**figures_of(saved_model), **figures}, indent=1)
        (incoming / FIGURES).write_text(text + "\n", encoding="utf-8")
        taken = [int(path.name) for path in serving_dir.iterdir() if _is_number(path.name)]
        first = int(time.time()) if at_least is None else at_least
        return _enter(incoming, max([first, *(number + 1 for number in taken)]))
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def drop_old(serving_dir: pathlib.Path, keep: int) -> list[int]:
    """Deletes the oldest versions until `keep` are left; each leaves the server's sight first.

    Args:
        serving_dir: folder of the versions.
        keep: how many to leave, 1 or more.

    Returns:
        The numbers that were deleted, oldest first.

    Raises:
        ValueError: `keep` is below 1.
    """
    if keep < 1:
        raise ValueError(f"keep must be 1 or more, for one version is served. Received: {keep}.")
    doomed = version_folders(serving_dir)[:-keep]
    for version in doomed:
        version.rename(version.with_name(f"{_REMOVED}{version.name}"))
    for removed in serving_dir.glob(f"{_REMOVED}*"):  # with them what a killed process left half deleted
        shutil.rmtree(removed, ignore_errors=True)
    return [int(version.name) for version in doomed]


def _date(text: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except (TypeError, ValueError):  # missing, or not written by this project
        return None


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()


def _is_version(path: pathlib.Path) -> bool:
    return _is_number(path.name) and (path / _GRAPH).is_file()


def _enter(incoming: pathlib.Path, number: int) -> pathlib.Path:
    """Renames to `number`, or to the next that no push took in the meantime."""
    while True:
        try:
            return incoming.rename(incoming.with_name(str(number)))
        except OSError as error:  # a rename onto a filled folder fails, it never mixes the two
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
            number += 1
