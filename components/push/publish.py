"""A SavedModel becomes version `<number>` of a served folder: copied beside it, then renamed into place.

A model server polls the folder and must never see half a version; a rename within one file system is atomic.
"""

import json
import os
import pathlib
import shutil
import time


def publish(saved_model: pathlib.Path, serving_dir: pathlib.Path, figures: dict) -> pathlib.Path:
    """Copies a model into the served folder as its newest version.

    Args:
        saved_model: folder of the SavedModel.
        serving_dir: folder of the versions, made if need be.
        figures: added to the version's `assets.extra/lookbook.json`.

    Returns:
        The version's folder; its number is the time in seconds, or one more than the newest.
    """
    serving_dir.mkdir(parents=True, exist_ok=True)
    part = serving_dir / f".part-{os.getpid()}"
    if part.exists():
        shutil.rmtree(part)
    shutil.copytree(saved_model, part)
    description = part / "assets.extra" / "lookbook.json"
    description.write_text(json.dumps({**json.loads(description.read_text()), **figures}, indent=1))
    numbers = [int(p.name) for p in serving_dir.iterdir() if p.name.isdigit()]
    version = serving_dir / str(max([int(time.time()), *(n + 1 for n in numbers)]))
    part.rename(version)
    return version


def drop_old(serving_dir: pathlib.Path, keep: int) -> list[int]:
    """Deletes all but the newest `keep` versions; each is renamed out of the server's sight first.

    Returns:
        Numbers of the versions that are gone.
    """
    versions = sorted((p for p in serving_dir.iterdir() if p.name.isdigit()), key=lambda p: int(p.name))
    dropped = versions[: max(len(versions) - keep, 0)]
    for version in dropped:
        hidden = version.with_name(f".dropped-{version.name}")
        version.rename(hidden)
        shutil.rmtree(hidden)
    return [int(version.name) for version in dropped]
