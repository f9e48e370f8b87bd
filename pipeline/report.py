"""Writes `OUT/run.json` and `OUT/report.html`, the record and the report of the newest run in an output folder."""

from __future__ import annotations

import pathlib

from components.report.artifacts import RunArtifacts, photos_of
from components.report.executor import FILE, add_to_version, write_report
from components.report.record import RunRecord, read_run_record
from components.served_folder import model_dir
from pipeline.pipeline import NAME
from pipeline.run_outputs import RunOutputs, find_outputs
from transforms.errors import DataError


def report_run(out: pathlib.Path, record: RunRecord, *, pushes: bool) -> pathlib.Path:
    """Writes the record and the report at the end of a run.

    Args:
        out: output folder.
        record: record of the run.
        pushes: whether the run itself pushed its version, so that the version gets the report with its end too.

    Returns:
        The file of the report.
    """
    record.write(out)
    artifacts = _artifacts(out, _found(out), record)
    to = out / FILE
    write_report(artifacts, to)
    if pushes:
        add_to_version(artifacts, to)
    return to


def report_newest_run(out: pathlib.Path, to: pathlib.Path | None = None) -> pathlib.Path:
    """Writes the report of the newest run in `OUT`.

    Args:
        out: output folder of `lookbook run`.
        to: file to write; `OUT/report.html` if None.

    Returns:
        The file of the report.

    Raises:
        DataError: there was no run in the folder.
    """
    found = _found(out)
    record = read_run_record(out)
    if record is None:  # a run of an earlier release
        record = RunRecord(kind="run" if found.pipeline in ("", NAME) else "refresh", settings={})
    to = to or out / FILE
    write_report(_artifacts(out, found, record), to)
    return to


def _found(out: pathlib.Path) -> RunOutputs:
    found = find_outputs(out)
    if found is None:
        raise DataError(f"--out must hold a run. Received: no run in {out}; run `lookbook run` into this folder")
    return found


def _artifacts(out: pathlib.Path, found: RunOutputs, record: RunRecord) -> RunArtifacts:
    photos = photos_of(record.data_dir, record.settings)
    return RunArtifacts(
        outputs=found.outputs, serving_dir=model_dir(out), record=record, photos=photos, feedback_dir=out
    )
