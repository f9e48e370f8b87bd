"""Estimates the disk space of a run from its CSVs, and refuses the run if the disk is too small."""

from __future__ import annotations

import dataclasses
import gzip
import json
import math
import os
import pathlib
import shutil
import tempfile
from collections.abc import Mapping
from typing import Any

from components.features.config import FeaturesConfig
from components.ingest.source import GZIP_ERRORS, find, open_unpacked
from pipeline.config import PipelineConfig
from transforms.atomic_path import atomic_path
from transforms.columns import TABLES
from transforms.errors import LookbookError

# Upper bounds of what a run writes, by kind of run. `tests/e2e/test_disk_estimate.py` measures them.
OUT_PER_CSV_BYTE = {"train": 2.4, "refresh": 1.7}
OUT_PER_CSV_BYTE_AND_WEEK = {"train": 0.1, "refresh": 0.0}
OUT_FIXED_BYTES = 150_000_000
SPILL_PER_CSV_BYTE = 1.0
SPILL_FIXED_BYTES = 300_000_000  # TFX's packages of the steps on Beam

_CSV_BYTES_PER_WEEKLY_BUYER = 67_000  # two years, six rows for each buyer and week, 108 bytes for each row
_EMBEDDING_BYTES = 4  # float32
_NEIGHBOUR_ROW_BYTES, _NEIGHBOUR_BYTES = 12, 8  # article, neighbour and weight; neighbour and weight
_STARTED = "disk.json"
_GIB = 2**30
_SAMPLE_BYTES = 8 << 20


class DiskError(LookbookError):
    """The disk is too small for a run."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Need:
    """Upper bounds of the disk space that a run needs, in bytes.

    Attributes:
        csv: size of the three CSVs, unpacked.
        out: space in OUT.
        spill: space in the folder of temporary files.
    """

    csv: int
    out: int
    spill: int


def estimate(kind: str, data_dir: pathlib.Path, config: PipelineConfig) -> Need:
    """Estimates the disk space of a run on some data.

    Args:
        kind: `train` or `refresh`.
        data_dir: folder of the three CSVs.
        config: all settings.

    Raises:
        DataError: a file is missing.
    """
    return estimate_from_sizes(kind, sum(csv_bytes(data_dir).values()), count_articles(data_dir), config)


def estimate_from_sizes(kind: str, csv: int, articles: int, config: PipelineConfig) -> Need:
    """Estimates the disk space of a run.

    It is linear in the size of the CSVs, plus the snapshots of the article tower and the tables of the next basket.

    Args:
        kind: `train` or `refresh`.
        csv: size of the three CSVs in bytes, unpacked.
        articles: number of articles.
        config: all settings.
    """
    weeks = list_weeks(csv, config.features)
    # A training writes the snapshots of all weeks and of the end to three artifacts, and four more while it trains.
    snapshots = 3 * (weeks + 1) + 4 if kind == "train" else 1
    out = OUT_FIXED_BYTES + snapshots * _EMBEDDING_BYTES * config.retrieval.embedding_dim * articles
    out += _next_basket_bytes(kind, weeks, articles, config.features)
    out += int(csv * (OUT_PER_CSV_BYTE[kind] + OUT_PER_CSV_BYTE_AND_WEEK[kind] * weeks))
    return Need(csv=csv, out=out, spill=SPILL_FIXED_BYTES + int(SPILL_PER_CSV_BYTE * csv))


def list_weeks(csv: int, features: FeaturesConfig) -> int:
    """Estimates the number of list weeks that give `features.enough_lists` lists.

    Assumes two years of data. The features step itself counts the buyers of each week.

    Args:
        csv: size of the three CSVs in bytes, unpacked.
        features: settings of the features step.
    """
    enough = math.ceil(features.enough_lists / max(csv / _CSV_BYTES_PER_WEEKLY_BUYER, 1))
    return min(max(min(features.min_list_weeks, features.list_weeks), enough), features.list_weeks)


def _next_basket_bytes(kind: str, weeks: int, articles: int, features: FeaturesConfig) -> int:
    """A row of each state for each neighbour, and places for as many neighbours of all articles in each model."""
    # A training writes the states of all weeks, the cut and the end, and copies the model of the end for its push. A
    # refresh has no weeks and no baseline.
    states, models = (weeks + 2, 4) if kind == "train" else (2, 3)
    learned = min(articles, features.next_basket_articles)
    neighbours = min(learned, features.next_basket_neighbours)
    return neighbours * (states * learned * _NEIGHBOUR_ROW_BYTES + models * articles * _NEIGHBOUR_BYTES)


def csv_bytes(data_dir: pathlib.Path) -> dict[str, int]:
    """The size of each table's CSV in bytes; for a gzip file an estimate of its unpacked size.

    Raises:
        DataError: a file is missing.
    """
    return {table: _unpacked_bytes(find(data_dir, table)) for table in TABLES}


def count_articles(data_dir: pathlib.Path) -> int:
    """The number of lines of the articles CSV, an upper bound of the number of articles.

    Raises:
        DataError: the file is missing.
    """
    try:
        with open_unpacked(find(data_dir, "articles")) as lines:
            return sum(1 for _ in lines)
    except (OSError, *GZIP_ERRORS):  # ingest reports broken gzip files
        return 0


def record_start(out_dir: pathlib.Path, run_key: str) -> int:
    """Records the size of OUT at the first start of a run, in `OUT/disk.json`.

    Args:
        out_dir: folder that the run writes to; it exists.
        run_key: key of the run, computed from its inputs, settings and code.

    Returns:
        Bytes that earlier starts of the same run have written.
    """
    path = out_dir / _STARTED
    used = used_bytes(out_dir)
    started = _read_start(path)
    if started.get("run_key") != run_key:
        started = {"run_key": run_key, "bytes": used}
        with atomic_path(path) as unfinished:
            unfinished.write_text(json.dumps(started))
    return max(used - started["bytes"], 0)


def require_disk_space(need: Need, out_dir: pathlib.Path, *, written: int = 0) -> None:
    """Checks that the filesystems of OUT and of temporary files have the space that a run needs.

    Args:
        need: space that the run needs.
        out_dir: folder that the run writes to; it exists.
        written: bytes that the run has already written, see `record_start`.

    Raises:
        DiskError: there is too little space. The message has both numbers and remedies.
    """
    out = max(need.out - written, 0)
    for folder, missing in by_filesystem(out_dir, out, pathlib.Path(tempfile.gettempdir()), need.spill):
        free = shutil.disk_usage(folder).free
        if free < missing:
            raise DiskError(
                f"the disk of {folder} must have {missing / _GIB:.1f} GiB free for {need.csv / _GIB:.1f} GiB of CSVs. "
                f"It has {free / _GIB:.1f} GiB: free some, choose another --out or TMPDIR, or skip this check with "
                "--no-disk-check"
            )


def by_filesystem(
    out_dir: pathlib.Path, out: int, spill_dir: pathlib.Path, spill: int
) -> list[tuple[pathlib.Path, int]]:
    """A folder of each filesystem with the bytes needed there; the sum of both needs if it is one filesystem.

    Args:
        out_dir: the output folder.
        out: bytes needed in it.
        spill_dir: the folder of temporary files.
        spill: bytes needed in it.
    """
    if out_dir.stat().st_dev == spill_dir.stat().st_dev:
        return [(out_dir, out + spill)]
    return [(out_dir, out), (spill_dir, spill)]


def used_bytes(folder: pathlib.Path) -> int:
    """Disk space of all files below a folder, in bytes, as the filesystem counts it."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_blocks * 512
            except FileNotFoundError:  # another process has just removed the file
                continue
    return total


def _read_start(path: pathlib.Path) -> Mapping[str, Any]:
    """The record of a run's start; empty if it is missing or a full disk truncated it."""
    try:
        started = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return started if isinstance(started, dict) and "bytes" in started else {}


def _unpacked_bytes(path: pathlib.Path) -> int:
    """Extrapolates a gzip file's size from the ratio of its beginning; the size in its trailer is modulo 4 GiB."""
    size = path.stat().st_size
    if path.suffix != ".gz":
        return size
    with path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as unpacked:
        try:
            read = len(unpacked.read(_SAMPLE_BYTES))
        except (OSError, *GZIP_ERRORS):  # ingest reports broken gzip files
            return size
        return int(size * read / max(packed.tell(), 1)) if packed.tell() < size else read
