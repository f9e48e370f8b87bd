"""Removes the records of customers from request logs: files `*.tfrecord` of `PredictionLog` messages.

A server that writes a log begins a new file when it finds that its file was replaced.
"""

from __future__ import annotations

import dataclasses
import pathlib

from operations.customer_search import CustomerSearch
from serving.tfrecords import framed, read_records
from transforms.atomic_path import atomic_path

_FILES = "*.tfrecord"


@dataclasses.dataclass(frozen=True)
class Removed:
    """What was removed from the log.

    Attributes:
        file: file of the log; it is deleted if no record was left.
        records: number of removed records. A record of several customers is removed as a whole.
    """

    file: pathlib.Path
    records: int


def remove_records(folder: pathlib.Path, search: CustomerSearch) -> list[Removed]:
    """Removes the records that hold an id from all files of a log.

    Args:
        folder: folder of the files, searched with its folders.
        search: search for the ids or, in a log of hashed ids, for their hashes.

    Raises:
        serving.tfrecords.TfRecordError: a file is damaged.
    """
    removed = []
    for file in sorted(folder.rglob(_FILES)):
        records = list(read_records(file))
        kept = [record for record in records if not search.in_bytes(record)]
        if len(kept) == len(records):
            continue
        if kept:
            with atomic_path(file) as unfinished:
                unfinished.write_bytes(b"".join(map(framed, kept)))
                unfinished.chmod(file.stat().st_mode)
        else:
            file.unlink()
        removed.append(Removed(file, len(records) - len(kept)))
    return removed
