"""Finds files that hold the ids of customers.

Parquet is searched in its columns `customer_id`, value by value. TFRecord files are searched record by record, also
compressed ones. All other files are searched as bytes, gzip files after decompression. Among bytes an id counts as held
if no letter or digit is beside it; so the number 123 is not found in 91234, but every 123 in a text is, whatever it
means there.
"""

from __future__ import annotations

import gzip
import pathlib
import re
import zlib
from collections.abc import Collection, Iterator

from transforms.columns import CUSTOMER_ID
from transforms.parquet import pq

_WORD = rb"0-9A-Za-z_"
_BATCH_ROWS = 1 << 16
_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 24
_ARTICLES = "article_id"  # files of articles' ids, which may equal customers' ids


class CustomerSearch:
    """A search for the ids of customers.

    Args:
        ids: ids of customers, at least one.
    """

    def __init__(self, ids: Collection[str]):
        self._ids = set(ids)
        self._longest = max(len(text.encode()) for text in ids)
        self._pattern = re.compile(b"|".join(_bounded(text.encode()) for text in sorted(ids)))

    def in_bytes(self, content: bytes) -> bool:
        """Whether bytes hold an id."""
        return self._pattern.search(content) is not None

    def in_file(self, file: pathlib.Path) -> bool:
        """Whether a file holds an id."""
        if file.name.startswith(_ARTICLES):
            return False
        if file.suffix == ".parquet":
            return self._in_parquet(file)
        if "tfrecord" in file.name or file.parent.name.startswith("Split-"):
            return self._in_records(file)
        return self._in_stream(file)

    def files(self, folder: pathlib.Path) -> Iterator[pathlib.Path]:
        """Yields the files below a folder that hold an id, in order; links are not followed."""
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.is_symlink() and self.in_file(file):
                yield file

    def in_folder(self, folder: pathlib.Path) -> bool:
        """Whether a file below a folder holds an id."""
        return next(self.files(folder), None) is not None

    def _in_parquet(self, file: pathlib.Path) -> bool:
        with pq.ParquetFile(file) as parquet:
            if CUSTOMER_ID not in parquet.schema_arrow.names:
                return False
            batches = parquet.iter_batches(_BATCH_ROWS, columns=[CUSTOMER_ID])
            return any(not self._ids.isdisjoint(batch.column(0).to_pylist()) for batch in batches)

    def _in_records(self, file: pathlib.Path) -> bool:
        import tensorflow as tf

        with file.open("rb") as content:
            kind = "GZIP" if content.read(2) == _GZIP else ""
        try:
            records = tf.data.TFRecordDataset(str(file), compression_type=kind).as_numpy_iterator()
            return any(self.in_bytes(record) for record in records)
        except tf.errors.DataLossError:  # no TFRecord file, or a writer was killed
            return self._in_stream(file)

    def _in_stream(self, file: pathlib.Path) -> bool:
        with file.open("rb") as content:
            zipped = content.read(2) == _GZIP
        kept = b""
        try:
            with gzip.open(file) if zipped else file.open("rb") as content:
                while block := content.read(_BLOCK):
                    if self.in_bytes(kept + block):
                        return True
                    kept = (kept + block)[-self._longest - 2 :]
        except (EOFError, zlib.error, gzip.BadGzipFile):  # its writer was killed; what could be read was searched
            pass
        return False


def _bounded(text: bytes) -> bytes:
    """The pattern of an id with no letter, digit or `_` beside it, also not beyond a `-` or `.`.

    In a serialised message the byte before a text is its length, which may be that of a letter or digit.
    """
    begin = rb"(?<![" + _WORD + rb"])(?<![" + _WORD + rb"][-.])"
    if len(text) < 128 and re.match(rb"[" + _WORD + rb"]", bytes([len(text)])):
        begin = rb"(?:" + begin + rb"|(?<=" + re.escape(bytes([len(text)])) + rb"))"
    return begin + re.escape(text) + rb"(?![-.]?[" + _WORD + rb"])"
