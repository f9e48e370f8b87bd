"""Writes folders that look like a pushed version to everything that does not load the graph."""

import json
import pathlib

from components.model_files import DESCRIPTION


def write_version(folder: pathlib.Path, **figures) -> pathlib.Path:
    """Writes a graph file and the description `figures` into a new or existing folder; returns the folder."""
    (folder / DESCRIPTION).parent.mkdir(parents=True, exist_ok=True)
    (folder / "saved_model.pb").write_bytes(b"graph")
    (folder / DESCRIPTION).write_text(json.dumps(figures))
    return folder
