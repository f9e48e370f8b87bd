"""The columns of the decision table, and the file `_schema.json` that describes them."""

from __future__ import annotations

import inspect
import json
import pathlib

import pyarrow as pa

from models.recommender import features
from models.recommender.candidates import active_channels
from models.recommender.config import RecommenderConfig
from operations.partial_outputs import PARTIAL_OUTPUTS
from transforms import columns
from transforms.atomic_path import atomic_path

WEEK_ID, EVENT_TIME = "week_id", "event_timestamp"
TIME = pa.timestamp("us", tz="UTC")
RANK, SCORE, LABEL = "rank", "score", "label"
PARTIAL, CHANNEL, FEATURE = "partial_", "channel_", "feature_"
FILE = "_schema.json"  # readers of Parquet skip files that begin with _
_DESCRIPTION = "description"


def table_schema(config: RecommenderConfig) -> pa.Schema:
    """The columns of the files of the table, without `week_id`, which is in the names of the folders.

    The column names begin with `partial_` for an output of a partial model, `channel_` for a candidate channel,
    `feature_` for a feature of the ranking network. Each field has a description in its metadata.

    Args:
        config: channels and limits of the training.
    """
    fields = [
        _field(columns.CUSTOMER_ID, pa.string(), "id of the customer"),
        _field(columns.ARTICLE_ID, pa.string(), "id of the article, a candidate of the customer in the week"),
        _field(EVENT_TIME, TIME, "begin of the week; all values are of purchases before it"),
        _field(RANK, pa.int32(), "place among the customer's candidates by score, from 0"),
        _field(SCORE, pa.float32(), "score of the ranking network"),
        _field(LABEL, pa.int32(), "1 if the customer bought the article in the week, else 0; null for a week to come"),
    ]
    fields += [_field(f"{PARTIAL}{each.name}", pa.float32(), each.description) for each in PARTIAL_OUTPUTS]
    for name, _ in active_channels(config):
        fields.append(_field(f"{CHANNEL}{name}", pa.int32(), f"place in the channel {name}, from 0; null if not in it"))
    return pa.schema(fields + [_field(f"{FEATURE}{name}", pa.float32(), _meaning(name)) for name in features.NAMES])


def write_schema(schema: pa.Schema, to: pathlib.Path) -> None:
    """Writes `to/_schema.json`: the columns in their order, with type and description, and the partition column.

    Args:
        schema: from `table_schema`.
        to: folder of the table.
    """
    week = {"name": WEEK_ID, "type": "string", "description": "first day of the week, YYYY-MM-DD; name of the folder"}
    rows = [
        {"name": field.name, "type": str(field.type), "description": field.metadata[_DESCRIPTION.encode()].decode()}
        for field in schema
    ]
    keys = [columns.CUSTOMER_ID, WEEK_ID, columns.ARTICLE_ID]
    tree = {"keys": keys, "partitions": [WEEK_ID], "columns": [week, *rows]}
    with atomic_path(to / FILE) as unfinished:
        unfinished.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")


def _field(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return pa.field(name, kind, metadata={_DESCRIPTION: description})


def _meaning(feature: str) -> str:
    """First line of the docstring of a feature, or its name in words."""
    base = feature.removesuffix("_in_list")
    within = ", standardised within the customer's candidates" if base != feature else ""
    document = inspect.getdoc(features.FEATURES[base]) or base.replace("_", " ")
    return document.splitlines()[0].rstrip(".") + within
