"""Pushes the served version again with today's availability of its articles, and nothing else changed."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import shutil
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.model_files import ARTICLE_IDS, as_of, description_of
from components.push.publish import drop_old, link_or_copy, publish
from components.served_folder import model_dir
from pipeline.out_lock import shared_lock
from pipeline.versions import Version, served_version
from serving.server.worker_client import WorkerHost
from transforms.availability import availability_rows
from transforms.calendar import day_of
from transforms.columns import parquet_file
from transforms.errors import GateError, LookbookError
from transforms.ids import read_ids
from transforms.parquet import pq

if TYPE_CHECKING:
    import numpy as np

    from pipeline.config import PipelineConfig

AVAILABLE_ON, AVAILABILITY_OF = "available_on", "availability_of"  # fields of `lookbook.json`
TABLES = "availability"  # folder in OUT of the table that was read last, with its rejects
_VARIABLES = pathlib.PurePath("variables")
_PREFIX = "variables"
_VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"


@dataclasses.dataclass(frozen=True)
class PushedAvailability:
    """A pushed availability.

    Attributes:
        version: the new version.
        day: day of the availability.
        articles: number of articles.
        available: number of available articles.
        available_before: the same of the version before.
        rows_rejected: rows of `availability.csv` that were set aside.
    """

    version: Version
    day: datetime.date
    articles: int
    available: int
    available_before: int
    rows_rejected: int


def push_availability(
    data_dir: pathlib.Path, out: pathlib.Path, config: PipelineConfig, day: datetime.date | None = None
) -> PushedAvailability:
    """Reads `availability.csv` and pushes a copy of the served version that recommends what is available.

    Weights and state stay those of the served version. The infra gate tries the copy first. Its `lookbook.json` has the
    number of the served version in `availability_of`, and the day in `available_on`.

    Args:
        data_dir: folder with `availability.csv`.
        out: folder that the pipeline writes to. Its folder `availability` receives the table and its `rejects.csv`.
        config: settings.
        day: day of the availability; None for the day of the version's state.

    Returns:
        What was pushed.

    Raises:
        LookbookError: there is no version, it was made without a table of the availability, a newer one was pushed
            meanwhile, or another command deletes artifacts in `out`.
        DataError: the file is missing or wrong, or no article is available.
        GateError: the infra gate refused the copy.
    """
    served = served_version(out)
    with shared_lock(out):
        return _push(served, data_dir, out, config, day)


def _push(
    served: Version, data_dir: pathlib.Path, out: pathlib.Path, config: PipelineConfig, day: datetime.date | None
) -> PushedAvailability:
    from components.gates.infra.executor import try_model
    from components.ingest.executor import ingest_availability
    from models.recommender.availability import recommendable

    state_day = as_of(description_of(served.path))
    if state_day is None:
        raise LookbookError(f"{served.path} must record the day of its state; push again with `lookbook refresh`")
    day = day or state_day
    ids, tables = read_ids(served.path / ARTICLE_IDS), out / TABLES
    shutil.rmtree(tables, ignore_errors=True)
    report = ingest_availability(data_dir, ids, tables, config.ingest)
    rows = availability_rows(pq.read_table(tables / parquet_file("availability")), _column(ids))
    # The host imports TensorFlow while this process does and writes the copy.
    with tempfile.TemporaryDirectory(prefix=".availability-", dir=out) as name, WorkerHost() as host:
        tensors = _read_tensors(served.path)
        key, numbers = _find(tensors, "available"), tensors[_find(tensors, "article_numbers")]
        before = tensors[key]
        sold_within = config.recommender.sold_within_days
        tensors[key] = recommendable(rows, day_of(day), numbers, sold_within, with_stock=True)
        copy = pathlib.Path(name) / "model"
        shutil.copytree(
            served.path, copy, copy_function=link_or_copy, ignore=lambda at, names: _checkpoint_names(at, served, names)
        )
        _write_tensors(copy, tensors)
        verdict = try_model(copy, config.infra_gate, host)
        if not verdict.passed:
            raise GateError(f"the infra gate refused the version with the new availability: {verdict.line}")
        newest = served_version(out).number
        if newest != served.number:
            raise LookbookError(
                f"version {newest} was pushed while the availability of version {served.number} was made; nothing was "
                "pushed over it. Repeat the command"
            )
        figures = {AVAILABILITY_OF: served.number, AVAILABLE_ON: day.isoformat()}
        publish(copy, model_dir(out), figures, at_least=served.number + 1, copy=link_or_copy)
    drop_old(model_dir(out), config.push.keep_versions)
    return PushedAvailability(
        version=served_version(out),
        day=day,
        articles=len(ids),
        available=int(tensors[key][:-1].sum()),
        available_before=int(before[:-1].sum()),
        rows_rejected=report.rows_rejected,
    )


def _column(ids: list[str]):
    import pyarrow as pa

    return pa.chunked_array([pa.array(ids, pa.string())])


def _checkpoint_names(folder: str, served: Version, names: list[str]) -> list[str]:
    return names if pathlib.Path(folder) == served.path / _VARIABLES else []


def _read_tensors(saved_model: pathlib.Path) -> dict[str, np.ndarray]:
    """Reads all tensors of the checkpoint of a SavedModel."""
    import tensorflow as tf

    reader = tf.train.load_checkpoint(str(saved_model / _VARIABLES / _PREFIX))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def _write_tensors(saved_model: pathlib.Path, tensors: Mapping[str, np.ndarray]) -> None:
    import tensorflow as tf

    (saved_model / _VARIABLES).mkdir(exist_ok=True)
    tf.raw_ops.SaveV2(
        prefix=str(saved_model / _VARIABLES / _PREFIX),
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(tensors),
        tensors=[tf.constant(value) for value in tensors.values()],
    )


def _find(tensors: Mapping[str, np.ndarray], variable: str) -> str:
    """Returns the name of a variable of the state in the checkpoint."""
    found = [name for name in tensors if name.endswith(f"/{variable}{_VALUE}")]
    if len(found) != 1:
        raise LookbookError(
            "the served version must have been made with availability.csv; put the file into the data folder and run "
            f"`lookbook refresh` once. Received: a version without the variable {variable}"
        )
    return found[0]
