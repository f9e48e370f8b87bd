"""Removes customers from an output folder: pushed versions, artifacts of runs, checkpoints, console, reports, logs.

1. If the served version holds a customer, it is made again without them and pushed; see `reassembly`.
2. Older versions that hold a customer are deleted: a rollback would serve them again.
3. All artifacts of each run of which one holds a customer are deleted, because others have the customer's rows without
   the id. Checkpoints go with them. ML Metadata marks the artifacts as deleted, so that the next run computes them.
4. Of the other files in the folder, logs lose the lines with an id, and files and folders that can be made again are
   deleted.
5. Everything is searched once more. What still holds an id is in the record `OUT/forgotten/<time>.json`.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import pathlib
import shutil
from collections.abc import Collection, Iterable

import ml_metadata as mlmd

from components.push.publish import drop
from components.served_folder import model_dir
from operations.clean import CHECKPOINTS, PIPELINE, artifact_folders, size_of
from operations.customer_search import CustomerSearch
from operations.reassembly import reassemble
from operations.recorded_runs import RecordedRun, artifacts_in, mark_deleted, open_store, read_runs
from operations.request_logs import remove_records
from pipeline.out_lock import exclusive_lock
from pipeline.versions import list_versions
from serving.hashed_ids import hashed_id
from transforms.atomic_path import atomic_path
from transforms.errors import ConfigError

FOLDER = "forgotten"
_KEPT = ("metadata.db", "settings.toml", "run.json", "summary.json", "disk.json")  # hold no customers, or all runs
_LINES = (".log", ".jsonl")
_SERVING = "serving"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What was removed, and what is left.

    Attributes:
        time: time of the removal, in UTC.
        customers: SHA-256 of each id. The id itself is not recorded; whoever has it can look its hash up.
        pushed: number of the version that was made without the customers; None if the served one held none of them.
        versions: numbers of the deleted versions.
        artifacts: deleted folders of artifacts and checkpoints, below the output folder.
        files: deleted or shortened files and folders beside them, below the output folder.
        bytes: size of what was deleted.
        log_records: number of records removed from each file of a request log.
        left: files of the output folder and of the logs that still hold an id.
        data: files of the CSVs that hold an id.
    """

    time: str
    customers: tuple[str, ...]
    pushed: int | None
    versions: tuple[int, ...]
    artifacts: tuple[str, ...]
    files: tuple[str, ...]
    bytes: int
    log_records: dict[str, int]
    left: tuple[str, ...]
    data: tuple[str, ...]


def forget(
    out: pathlib.Path,
    ids: Collection[str],
    *,
    data: pathlib.Path | None = None,
    logs: Collection[pathlib.Path] = (),
    salt: bytes | None = None,
) -> Forgotten:
    """Removes customers from an output folder and from request logs, and writes a record of it.

    Args:
        out: output folder of `lookbook run`.
        ids: ids of customers.
        data: folder of the CSVs, which are only searched; None to leave that out.
        logs: folders of request logs.
        salt: key of the hashes in the logs; None if they have the ids themselves.

    Raises:
        ConfigError: an id is empty.
        DataError: there was no run in the folder, or the served version cannot be made again.
        LookbookError: a run uses the folder, or the new version does not answer. Nothing was changed then.
    """
    if not ids or not all(ids):
        raise ConfigError("CUSTOMER_ID must be the id of a customer. Received: an empty one")
    out = out.resolve()
    store = open_store(out)
    search = CustomerSearch(ids)
    in_logs = search if salt is None else CustomerSearch([hashed_id(salt, text.encode()).decode() for text in ids])
    with exclusive_lock(out):
        versions = list_versions(out)
        holding = [version for version in versions if search.in_folder(version.path)]
        runs = read_runs(store)
        pushed = None
        if holding and holding[-1].served:
            pushed = reassemble(out, holding[-1], store, runs, ids)
        drop(model_dir(out), [version.path for version in holding])
        gone = _delete_artifacts(out, store, runs, search)
        files = tuple(_clean_files(out, search))
        removed = {str(each.file): each.records for log in logs for each in remove_records(log, in_logs)}
        left = [*search.files(out), *(file for log in logs for file in in_logs.files(log))]
        record = Forgotten(
            time=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            customers=tuple(sorted(hashlib.sha256(text.encode()).hexdigest() for text in ids)),
            pushed=None if pushed is None else int(pushed.name),
            versions=tuple(version.number for version in holding),
            artifacts=tuple(sorted(str(path.relative_to(out)) for path in gone)),
            files=files,
            bytes=sum(gone.values()),
            log_records=removed,
            left=tuple(map(str, left)),
            data=() if data is None else tuple(map(str, _csvs(data, search))),
        )
        with atomic_path(out / FOLDER / f"{record.time.replace(':', '')}.json") as unfinished:
            unfinished.write_text(json.dumps(dataclasses.asdict(record), indent=1) + "\n", encoding="utf-8")
    return record


def _delete_artifacts(
    out: pathlib.Path, store: mlmd.MetadataStore, runs: Collection[RecordedRun], search: CustomerSearch
) -> dict[pathlib.Path, int]:
    """Deletes the artifacts of runs with the customers, and then checkpoints; returns the folders with their sizes."""
    known = artifacts_in(store, out / PIPELINE)
    held = {number for number, path in known.items() if search.in_folder(path)}
    doomed = {number for run in runs if run.artifacts & held for number in run.artifacts} & set(known)
    doomed |= held
    mark_deleted(store, doomed)
    recorded = set(known.values())
    gone = {known[number] for number in doomed if known[number].is_dir()}
    # Folders that a killed step left, and those of a folder that was moved.
    others = (path for path in artifact_folders(out / PIPELINE) if path not in recorded)
    gone |= {path for path in others if search.in_folder(path)}
    if gone:
        gone |= set(out.glob(f"{CHECKPOINTS}/*/*"))
    sizes = {path: size_of(path) for path in gone}
    for path in gone:
        shutil.rmtree(path)
    return sizes


def _clean_files(out: pathlib.Path, search: CustomerSearch) -> Iterable[str]:
    """Removes ids from what is beside artifacts and versions; yields the names of changed files and folders."""
    for path in sorted(out.iterdir()):
        if path.name in (PIPELINE, _SERVING, *_KEPT):
            continue
        if path.is_dir():
            if search.in_folder(path):
                shutil.rmtree(path)
                yield path.name
        elif search.in_file(path):
            if path.suffix in _LINES:
                lines = [line for line in path.read_bytes().splitlines(keepends=True) if not search.in_bytes(line)]
                path.write_bytes(b"".join(lines))
            else:
                path.unlink()
            yield path.name


def _csvs(data: pathlib.Path, search: CustomerSearch) -> list[pathlib.Path]:
    return [file for file in sorted(data.glob("*.csv*")) if search.in_file(file)]
