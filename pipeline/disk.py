"""Whether a run will find the disk it needs, told before its first step and not after an hour.

What is needed follows from the sizes of the CSVs, unpacked, and from some settings; see `estimate`.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import math
import os
import pathlib
import shutil
import tempfile
import zlib
from collections.abc import Mapping
from typing import Any

from components.ingest.source import find
from pipeline.config import PipelineConfig
from transforms.columns import TABLES
from transforms.errors import LookbookError

_BEGUN = "disk.json"
_GIB = 2**30
_SAMPLE_BYTES = 8 << 20
_ROW_BYTES, _WEEKS, _ROWS_A_BUYER = 108, 104, 6


class DiskError(LookbookError):
    """There is not enough disk for a run."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Need:
    """Bytes a run needs at most.

    Attributes:
        csv: of the three CSVs, unpacked; what the others follow from.
        out: in OUT.
        spill: in the folder of temporary files, beside what is in OUT.
    """

    csv: int
    out: int
    spill: int


def csv_bytes(data_dir: pathlib.Path) -> dict[str, int]:
    """The size of each table's CSV, unpacked; of gzip files as their beginning lets one expect.

    Raises:
        DataError: a file is missing.
    """
    return {table: _unpacked(find(data_dir, table)) for table in TABLES}


def estimate(kind: str, csv: Mapping[str, int], articles: int, config: PipelineConfig) -> Need:
    """What a run needs at most, a straight line in the sizes of the CSVs.

    With T, C and A the bytes of transactions, customers and articles, n articles and w list weeks, OUT receives

        tables and examples              0.11 (T + C + A) + 0.8 (C + A), and 20 MB of sampled rows
        each state, of w + 2 days        0.09 T + 0.1 C + 0.1 A; less of weeks in which few bought
        examples, plain and transformed  0.35 T, of `features.interaction_window_days`
        each snapshot of the towers      4.4 bytes an article and dimension; w + 1 in three places, four while training
        each of four assembled models    0.29 T + C + 2,300 n bytes, a snapshot and 8 MB

    and a tenth on top; the folder of temporary files receives 300 MB of TFX's packages and what DuckDB spills, at most
    T. The shares are no less than what two shops left, made by `lookbook synthesize` in its default size and, up to
    Transform, with `--customers 52000 --articles 8000 --transactions 1200000 --days 400`. The first took 125 MB of OUT
    and 216 MB of the other, where 212 and 313 are estimated; one of `--scale full`
    6.5 GiB of OUT, where 12.3 are.

    How many weeks there will be depends on how many customers buy in each (`features.enough_lists`); here two years of
    data are assumed, and six rows a buyer and week.

    Args:
        kind: `train` or `refresh`, which has two states, no examples and no snapshots of its own.
        csv: as `csv_bytes` gives it.
        articles: how many there are.
        config: all settings.
    """
    transactions, customers, catalogue = csv["transactions"], csv["customers"], csv["articles"]
    weeks = _list_weeks(transactions, config) if kind == "train" else 0
    state = 0.09 * transactions + 0.1 * (customers + catalogue)
    snapshot = 4.4 * config.retrieval.embedding_dim * articles
    model = 0.29 * transactions + customers + 2_300 * articles + snapshot + 8e6
    out = 0.11 * sum(csv.values()) + 0.8 * (customers + catalogue) + 20e6
    if kind == "train":
        out += (weeks + 2) * state + 0.35 * transactions + (3 * (weeks + 1) + 4) * snapshot + 4 * model
    else:
        out += 2 * state + 3 * model + snapshot
    return Need(csv=sum(csv.values()), out=int(1.1 * out), spill=int(300e6 + transactions))


def _list_weeks(transactions: int, config: PipelineConfig) -> int:
    features = config.features
    a_week = transactions / _ROW_BYTES / _WEEKS / _ROWS_A_BUYER
    enough = math.ceil(features.enough_lists / max(a_week, 1))
    least = min(features.least_list_weeks, features.list_weeks)
    return min(max(least, enough), features.list_weeks)


def count_articles(data_dir: pathlib.Path) -> int:
    """Lines of the articles' CSV: no less than there are articles.

    Raises:
        DataError: the file is missing.
    """
    path = find(data_dir, "articles")
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
            return sum(1 for _ in lines)
    except (OSError, EOFError, zlib.error):  # no sound gzip file: ingest says so
        return 0


def require_room(
    kind: str, data_dir: pathlib.Path, out_dir: pathlib.Path, config: PipelineConfig, run_key: str, *, only_note: bool
) -> None:
    """Notes that a run begins, and refuses it if it would not find its disk.

    What this very run wrote before it was killed is needed no more: the first time it begins, `OUT/disk.json` notes
    what was in OUT.

    Args:
        kind: `train` or `refresh`.
        data_dir: folder of the three CSVs.
        out_dir: where the run writes; it exists.
        config: all settings.
        run_key: names the run by its inputs, settings and code.
        only_note: whether it may begin all the same.

    Raises:
        DataError: a file is missing.
        DiskError: there is too little; the message has both numbers and what to do.
    """
    noted = out_dir / _BEGUN
    begun = _noted(noted)
    there = _used(out_dir)
    if begun.get("run_key") != run_key:
        begun = {"run_key": run_key, "bytes": there}
        unfinished = noted.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(begun))
        unfinished.replace(noted)
    if only_note:
        return
    need = estimate(kind, csv_bytes(data_dir), count_articles(data_dir), config)
    missing_out = max(need.out - max(there - begun["bytes"], 0), 0)
    for folder, missing in by_filesystem(out_dir, missing_out, pathlib.Path(tempfile.gettempdir()), need.spill):
        free = shutil.disk_usage(folder).free
        if free < missing:
            raise DiskError(
                f"the disk of {folder} must have {missing / _GIB:.1f} GiB free for {need.csv / _GIB:.1f} GiB of CSVs. "
                f"It has {free / _GIB:.1f} GiB: free some, choose another --out or TMPDIR, or go on all the same with "
                "--no-disk-check"
            )


def _noted(path: pathlib.Path) -> dict[str, Any]:
    """The notes that a run wrote when it began; empty if a full disk truncated them."""
    try:
        noted = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return noted if isinstance(noted, dict) and "bytes" in noted else {}


def by_filesystem(
    out_dir: pathlib.Path, out: int, spill_dir: pathlib.Path, spill: int
) -> list[tuple[pathlib.Path, int]]:
    """A folder of each filesystem with the bytes needed there; both needs together if it is one filesystem."""
    if out_dir.stat().st_dev == spill_dir.stat().st_dev:
        return [(out_dir, out + spill)]
    return [(out_dir, out), (spill_dir, spill)]


def _used(folder: pathlib.Path) -> int:
    """Bytes of all files below `folder`, as the filesystem counts them."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_blocks * 512
            except FileNotFoundError:  # a file that another process has just removed
                continue
    return total


def _unpacked(path: pathlib.Path) -> int:
    """Of a gzip file the beginning's ratio stands for the whole: its own note of its length is modulo 4 GiB."""
    size = path.stat().st_size
    if path.suffix != ".gz":
        return size
    with path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as unpacked:
        try:
            read = len(unpacked.read(_SAMPLE_BYTES))
        except (OSError, EOFError, zlib.error):  # no sound gzip file: ingest says so
            return size
        return int(size * read / max(packed.tell(), 1)) if packed.tell() < size else read
