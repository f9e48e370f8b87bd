"""Finds the newest ingested tables, states and judged model of an output folder, by ML Metadata.

The store is opened for reading only, so that a run may write to it at the same time. Neither TFX nor TensorFlow is
imported.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
import pathlib

import ml_metadata
from ml_metadata.proto import metadata_store_pb2

from transforms.columns import TABLES, parquet_file
from transforms.state_files import ARTICLES_FILE, CUSTOMERS_FILE

METADATA = "metadata.db"
_TABLES_TYPE, _STATES_TYPE, _MODEL_TYPE = "lookbook.Tables", "lookbook.States", "Model"
_JUDGED, _SAVED_MODEL = "assemble_cut", "Format-Serving"  # the step that makes the judged model, and TFX's folder
_LIVE = metadata_store_pb2.Artifact.LIVE


@dataclasses.dataclass(frozen=True)
class ShopFolders:
    """Folders of one shop.

    Attributes:
        tables: folder of the ingested tables.
        states: folder of the states; None if no step has written them yet.
        as_of: day of the newest state in `states`; None without states.
    """

    tables: pathlib.Path
    states: pathlib.Path | None
    as_of: datetime.date | None

    @property
    def state(self) -> pathlib.Path | None:
        """Folder of the newest state's tables; None without states."""
        return None if self.states is None or self.as_of is None else self.states / self.as_of.isoformat()


def open_store(out: pathlib.Path) -> ml_metadata.MetadataStore | None:
    """Opens the metadata of an output folder for reading; None if there are none.

    Args:
        out: folder that the pipeline writes to.
    """
    file = out / METADATA
    if not file.is_file():
        return None
    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = os.fspath(file.absolute())
    config.sqlite.connection_mode = metadata_store_pb2.SqliteMetadataSourceConfig.READONLY
    return ml_metadata.MetadataStore(config)


def find_folders(out: pathlib.Path) -> ShopFolders | None:
    """Finds the folders of the newest run that has ingested tables; None if no run has.

    Args:
        out: folder that the pipeline writes to.
    """
    store = open_store(out)
    if store is None:
        return None
    tables = next((folder for folder in _newest(store, _TABLES_TYPE) if _has_tables(folder)), None)
    if tables is None:
        return None
    states = next((folder for folder in _newest(store, _STATES_TYPE) if _days(folder)), None)
    return ShopFolders(tables, states, None if states is None else max(_days(states)))


def _newest(store: ml_metadata.MetadataStore, type_name: str) -> list[pathlib.Path]:
    """Folders of the finished artifacts of a type, newest first."""
    found = [each for each in store.get_artifacts_by_type(type_name) if each.state == _LIVE]
    return [pathlib.Path(each.uri) for each in sorted(found, key=lambda each: each.id, reverse=True)]


def _has_tables(folder: pathlib.Path) -> bool:
    return all((folder / parquet_file(table)).is_file() for table in TABLES)


def _days(states: pathlib.Path) -> list[datetime.date]:
    """Days of the states in a folder; none if the tables of articles and customers are missing."""
    if not (states / ARTICLES_FILE).is_file() or not (states / CUSTOMERS_FILE).is_file():
        return []
    days = []
    for path in states.iterdir():
        try:
            days.append(datetime.date.fromisoformat(path.name))
        except ValueError:  # another file of the folder
            continue
    return days


@dataclasses.dataclass(frozen=True)
class JudgedArtifact:
    """The model that a run judged on the test week.

    Attributes:
        number: id of the artifact.
        saved_model: folder of the SavedModel.
        as_of: day of its state: it knows the purchases before it, and was trained on those alone.
    """

    number: int
    saved_model: pathlib.Path
    as_of: datetime.date


def find_judged_model(out: pathlib.Path) -> JudgedArtifact | None:
    """Finds the judged model of the newest run that has one; None if no run has.

    Args:
        out: folder that the pipeline writes to.
    """
    store = open_store(out)
    found = [] if store is None else store.get_artifacts_by_type(_MODEL_TYPE)
    for artifact in sorted(found, key=lambda each: each.id, reverse=True):
        folder = pathlib.Path(artifact.uri)
        saved_model = folder / _SAVED_MODEL
        if artifact.state != _LIVE or _JUDGED not in folder.parts or not saved_model.is_dir():
            continue
        try:
            as_of = datetime.date.fromisoformat(artifact.custom_properties["as_of"].string_value)
        except ValueError:  # of an earlier release
            continue
        return JudgedArtifact(artifact.id, saved_model, as_of)
    return None
