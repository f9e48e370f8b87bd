"""Writes the report of a run's artifacts, as a file and into the version that the run pushed."""

from __future__ import annotations

import dataclasses
import pathlib

from components.model_files import EXTRA, REPORT
from components.report.artifacts import RunArtifacts
from components.report.facts import read_facts
from components.report.facts.verdict import pushed_version, read_data_size
from pages.report.document import render_report
from transforms.atomic_path import atomic_path

FILE = REPORT.name


def write_report(artifacts: RunArtifacts, to: pathlib.Path) -> None:
    """Writes the report completely or not at all.

    Args:
        artifacts: artifacts of the run.
        to: the file to write.
    """
    html = render_report(read_facts(artifacts))
    with atomic_path(to) as unfinished:
        unfinished.write_text(html, encoding="utf-8")


def add_to_version(artifacts: RunArtifacts, report: pathlib.Path) -> None:
    """Copies the report and writes the run's record into the `assets.extra` of the version that the run pushed.

    Does nothing if nothing was pushed or the version has been deleted since.

    Args:
        artifacts: artifacts of the run.
        report: the report.
    """
    version = pushed_version(artifacts)
    if version is None or not (version / EXTRA).is_dir():
        return
    with atomic_path(version / REPORT) as unfinished:
        unfinished.write_bytes(report.read_bytes())
    size = read_data_size(artifacts)
    data = None if size is None else {name: _plain(value) for name, value in dataclasses.asdict(size).items()}
    dataclasses.replace(artifacts.record, data=data, data_dir=None).write(version / EXTRA)


def _plain(value: object) -> object:
    return value if isinstance(value, int) else str(value)
