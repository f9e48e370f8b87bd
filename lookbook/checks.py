"""The checks of `lookbook doctor`: each returns what it found and, if it fails, a remedy.

Checks never raise and change nothing. Checks that may crash in native code run in a process of their own.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import pathlib
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping

import psutil

from components.ingest.article_ids import accepted_article_ids, count_article_ids
from components.ingest.source import header_of
from pipeline.config import PipelineConfig
from pipeline.disk import estimate
from transforms.columns import COLUMNS, FILES, OPTIONAL_TABLES
from transforms.errors import DataError
from transforms.photos.config import PhotosConfig
from transforms.photos.shop_photos import ShopPhotos

PYTHON = (3, 10)
MIN_MEMORY_GIB = 6.0  # memory of `make run`, with a margin for other programs
MIN_DISK_GIB = 5.0
LOCK = pathlib.Path(__file__).parent.parent / "requirements.lock"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
LOAD_SCANN = "from scann.scann_ops.py import scann_ops; import tensorflow as tf; print(tf.__version__)"
_SCANN_TIMEOUT_S = 120
_ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
_ONEDNN_IN_USE = "from tensorflow.python.util import _pywrap_util_port as port; print(port.IsMklEnabled())"
_LISTED_PHOTOS = 5
CPUINFO = pathlib.Path("/proc/cpuinfo")
_GIB = 2**30


@dataclasses.dataclass(frozen=True, kw_only=True)
class Check:
    """The outcome of one check.

    Attributes:
        name: subject of the check.
        ok: whether the check passed.
        found: what the check found.
        remedy: what to do; "" if nothing.
    """

    name: str
    ok: bool
    found: str
    remedy: str = ""


def all_checks(out: pathlib.Path, data: pathlib.Path | None, photos_config: PhotosConfig) -> Iterator[Check]:
    """Yields each check when it is done.

    Args:
        out: folder that a run would write to.
        data: folder of the CSVs; None if there are none yet.
        photos_config: places of the photos.
    """
    yield python(sys.version_info[:2])
    yield system(platform.system(), platform.machine())
    yield versions(LOCK)
    yield scann()
    yield onednn(psutil.Process().environ())
    yield memory(psutil.virtual_memory().available)
    yield disk(out, data)
    if data is not None:
        yield from tables(data)
        yield from photos(data, photos_config)


def python(version: tuple[int, int]) -> Check:
    """Checks that Python has the version for which TFX, ScaNN and TFRS have wheels."""
    return _check("Python", version == PYTHON, ".".join(map(str, version)), "`make install` installs Python 3.10")


def system(name: str, machine: str) -> Check:
    """Checks that ScaNN and TFX publish wheels for this kind of machine."""
    remedy = "run on Linux on x86_64, for example in a container"
    return _check("system", (name, machine) == ("Linux", "x86_64"), f"{name} {machine}", remedy)


def versions(lock: pathlib.Path) -> Check:
    """Checks that the installed packages have the versions of the lock."""
    if not lock.is_file():
        return _check("versions", True, "no requirements.lock to compare with", "")
    pinned = dict(_PINNED.findall(lock.read_text(encoding="utf-8")))
    wrong = [
        f"{name} {there or 'missing'} instead of {version}"
        for name, version in pinned.items()
        if (there := _installed(name)) != version
    ]
    found = "; ".join(wrong[:3]) + (f"; and {len(wrong) - 3} more" if len(wrong) > 3 else "")
    return _check("versions", not wrong, found or f"{len(pinned)} as locked", "`make install`")


def scann(code: str = LOAD_SCANN) -> Check:
    """Checks that ScaNN's TensorFlow op loads.

    Args:
        code: Python that loads the op and prints TensorFlow's version, run in a process of its own.
    """
    try:
        process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=_SCANN_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return _check("ScaNN", False, f"its op did not load in {_SCANN_TIMEOUT_S} s", "try on an idle machine")
    last = (process.stderr.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
    found = f"its op loads into TensorFlow {process.stdout.strip()}" if process.returncode == 0 else last
    return _check("ScaNN", process.returncode == 0, found, "`make install`")


def onednn_in_use() -> str | None:
    """Returns `True` or `False`, whether TensorFlow uses oneDNN in a new process; None if TensorFlow does not start.

    Raises:
        subprocess.TimeoutExpired: TensorFlow does not answer in time.
    """
    process = subprocess.run(
        [sys.executable, "-c", _ONEDNN_IN_USE], capture_output=True, text=True, timeout=_SCANN_TIMEOUT_S
    )
    return process.stdout.strip() or None


def onednn(
    started_with: Mapping[str, str], cpuinfo: pathlib.Path = CPUINFO, in_use: Callable[[], str | None] = onednn_in_use
) -> Check:
    """Checks that oneDNN is off, because it makes overlapping requests return wrong answers on processors with AMX.

    Args:
        started_with: environment of this process at its start, before the command line changed it.
        cpuinfo: Linux's description of the processor.
        in_use: returns whether TensorFlow uses oneDNN, as `onednn_in_use` does.
    """
    try:
        used = in_use()
    except subprocess.TimeoutExpired:
        return _check("oneDNN", False, f"no answer in {_SCANN_TIMEOUT_S} s", "try on an idle machine")
    state = {"False": "off", "True": "on"}.get(used or "", "unknown: TensorFlow does not start")
    text = cpuinfo.read_text(encoding="utf-8", errors="replace") if cpuinfo.is_file() else ""
    found = f"{state}; this processor has {'AMX' if 'amx_tile' in text.split() else 'no AMX'}"
    given = started_with.get(_ONEDNN)
    if given not in (None, "0") and used == "False":
        found += f"; {_ONEDNN}={given} in your environment is overridden, because it gives wrong answers with AMX"
    return _check("oneDNN", used == "False", found, f"set {_ONEDNN}=0, or `make install`")


def memory(available_bytes: int) -> Check:
    """Checks the free memory."""
    there = available_bytes / _GIB
    remedy = f"have {MIN_MEMORY_GIB:.0f} GiB free: close other programs or use a larger machine"
    return _check("memory", there >= MIN_MEMORY_GIB, f"{there:.1f} GiB free", remedy)


def disk(out: pathlib.Path, data: pathlib.Path | None) -> Check:
    """Checks the free disk space of OUT, against the estimate for the CSVs if there are any."""
    folder = out.absolute()
    while not folder.exists():
        folder = folder.parent
    there = psutil.disk_usage(str(folder)).free / _GIB
    required = max(MIN_DISK_GIB, _needed(data) / _GIB)
    remedy = f"have {required:.1f} GiB free there, or give another --out"
    return _check("disk", there >= required, f"{there:.1f} GiB free in {folder}", remedy)


def tables(data: pathlib.Path) -> Iterator[Check]:
    """Checks that the CSVs exist and have all columns that ingest requires; an optional one may be missing."""
    for table, columns in COLUMNS.items():
        name = FILES[table]
        path = next((p for p in (data / name, data / f"{name}.gz") if p.is_file()), None)
        if path is None and table in OPTIONAL_TABLES:
            continue
        if path is None:
            there = ", ".join(sorted(p.name for p in data.iterdir())[:8]) if data.is_dir() else "no folder"
            remedy = f"put {name} or {name}.gz into {data}"
            yield _check(name, False, f"not in {data} ({there or 'it is empty'})", remedy)
            continue
        try:
            header = header_of(path)
        except DataError as error:
            found, _, remedy = str(error).removeprefix(f"{path.name} ").partition(": ")
            yield _check(name, False, found, remedy or "give it a comma-separated header with H&M's column names")
            continue
        missing = [column.name for column in columns if column.name not in header]
        found = f"lacks {', '.join(missing)}" if missing else f"{len(header)} columns"
        yield _check(name, not missing, found, "give it a comma-separated header with H&M's column names")
        if table == "articles" and not missing:
            yield from _article_ids(data)


def _article_ids(data: pathlib.Path) -> Iterator[Check]:
    """Checks for article ids that ingest would reject or that contain blanks."""
    try:
        count = count_article_ids(data)
    except DataError:  # ingest reports files without rows or with bad rows in detail
        return
    if count.set_aside:
        found = f"{count.set_aside:,} of {count.rows:,} are empty, too long, or hold characters that ids must not hold"
        yield _check("article ids", False, found, "`rejects.csv` of a run lists them; see components/ingest/README.md")
    if count.with_blanks:
        found = f"{count.with_blanks:,} of {count.rows:,} hold blanks, which separate the articles in predictions"
        remedy = "write predictions with `lookbook recommend --delimiter '|'`"
        yield Check(name="article ids", ok=True, found=found, remedy=remedy)


def photos(data: pathlib.Path, config: PhotosConfig) -> Iterator[Check]:
    """Counts the photos of the articles. No photo is required, so the check always passes."""
    try:
        counts = ShopPhotos(data, config).count(accepted_article_ids(data))
    except DataError:  # the check of the table reports it
        return
    reasons = [f"article {photo.article_id!r}: {photo.reason}" for photo in counts.listed[:_LISTED_PHOTOS]]
    further = counts.broken - len(reasons)
    remedy = "; ".join([*reasons, f"and {further:,} more broken photos"] if further else reasons)
    if not (counts.found or counts.broken):
        remedy = f"to see photos, put them into {data} as {config.path}, or set photos.path"
    yield Check(name="photos", ok=True, found=counts.line, remedy=remedy)


def _needed(data: pathlib.Path | None) -> int:
    """Bytes that a run with the default settings on these CSVs needs; 0 if there are no data or a CSV is missing."""
    if data is None:
        return 0
    try:
        need = estimate("train", data, PipelineConfig())
    except DataError:
        return 0
    return need.out + need.spill


def _check(name: str, ok: bool, found: str, remedy: str) -> Check:
    return Check(name=name, ok=ok, found=found, remedy="" if ok else remedy)


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
