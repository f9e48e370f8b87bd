"""Reads the articles that were shown to customers from request logs.

A log holds `tensorflow.serving.PredictionLog` records in TFRecord files, see `docs/operations.md`. The answers of the
signatures that recommend articles to a customer count; outputs are read by name, and those that a version does not have
are empty.
"""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from google.protobuf.message import DecodeError

from serving import tensors, wire
from serving.tfrecords import TfRecordError, read_records
from transforms.errors import DataError

SCHEMA = pa.schema(
    [
        ("answer", pa.int64()),
        ("customer", pa.string()),
        ("day", pa.date32()),
        ("version", pa.int64()),
        ("label", pa.string()),
        ("position", pa.int32()),
        ("article", pa.string()),
        ("channels", pa.list_(pa.string())),
        ("reasons", pa.list_(pa.string())),
    ]
)
_SIGNATURES = ("recommend", "serving_default")
_CUSTOMERS, _ARTICLES, _CHANNELS, _REASONS = "customer_id", "article_ids", "channels", "reason_codes"
_PATTERN = "*.tfrecord"
_BATCH_ROWS = 200_000


@dataclasses.dataclass
class ShownArticles:
    """The shown articles of the logs in a folder.

    Args:
        folder: folder of the logs; all its TFRecord files are read.

    Attributes:
        anonymous: number of answers without a customer id that were read so far.
        others: number of requests of other signatures that were read so far.

    Raises:
        DataError: the folder holds no log.
    """

    folder: pathlib.Path
    anonymous: int = 0
    others: int = 0

    def __post_init__(self) -> None:
        self.files = sorted(self.folder.glob(_PATTERN))
        if not self.files:
            raise DataError(
                f"--log must be a folder with request logs ({_PATTERN}). Received: {self.folder}, which holds none. "
                "Start the model server with --log-prefix, or with a logging_config"
            )

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yields the shown articles as batches of `SCHEMA`, one row for each article of an answer.

        Raises:
            DataError: a file is damaged or holds other records.
        """
        rows: list[tuple[Any, ...]] = []
        answer = 0
        for path in self.files:
            try:
                for record in read_records(path):
                    for shown in self._answers(wire.PredictionLog.FromString(record)):
                        rows += [(answer, *row) for row in shown]
                        answer += 1
                    if len(rows) >= _BATCH_ROWS:
                        yield _batch(rows)
                        rows = []
            except (OSError, TfRecordError, tensors.TensorError, DecodeError, UnicodeDecodeError) as error:
                raise DataError(f"the request log {path} cannot be read: {error}") from error
        yield _batch(rows)

    def _answers(self, record: Any) -> Iterator[list[tuple[Any, ...]]]:
        """Yields the rows of each answer of a record."""
        spec, log = record.log_metadata.model_spec, record.predict_log
        outputs = log.response.outputs
        if spec.signature_name not in _SIGNATURES or _CUSTOMERS not in log.request.inputs or _ARTICLES not in outputs:
            self.others += 1
            return
        day = datetime.datetime.fromtimestamp(record.log_metadata.timestamp_secs, datetime.timezone.utc).date()
        common = (day, spec.version.value, log.request.model_spec.version_label)
        customers = tensors.to_array(log.request.inputs[_CUSTOMERS]).tolist()
        articles = tensors.to_array(outputs[_ARTICLES]).tolist()
        channels = _texts(outputs, _CHANNELS, articles)
        reasons = _texts(outputs, _REASONS, articles)
        for customer, shown, of_channels, of_reasons in zip(customers, articles, channels, reasons, strict=True):
            if not customer:
                self.anonymous += 1
                continue
            columns = enumerate(zip(shown, of_channels, of_reasons, strict=True), start=1)
            yield [
                (customer.decode(), *common, position, article.decode(), _names(channel), _names(reason))
                for position, (article, channel, reason) in columns
                if article
            ]


def _texts(outputs: Any, name: str, like: list[list[bytes]]) -> list[list[Any]]:
    """The values of an output for each answer and article; empty ones if the version does not have the output."""
    if name not in outputs:
        return [[b""] * len(row) for row in like]
    return list(tensors.to_array(outputs[name]).tolist())


def _names(value: Any) -> list[str]:
    """The distinct names in a comma-joined text or a list of texts."""
    texts = value if isinstance(value, list) else value.split(b",")
    return sorted({text.decode() for text in texts if text})


def _batch(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)
