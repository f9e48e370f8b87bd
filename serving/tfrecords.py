"""TFRecord files without TensorFlow: frames with masked CRC-32C.

A frame is the length of the payload (8 bytes, little endian), the masked CRC of these 8 bytes, the payload, and its
masked CRC. The format is that of `tf.data.TFRecordDataset` (tensorflow/core/lib/io/record_writer.h).
"""

from __future__ import annotations

import pathlib
import struct
from collections.abc import Iterator

import google_crc32c

_HEADER = struct.Struct("<QI")
_FOOTER = struct.Struct("<I")
_MASK_DELTA = 0xA282EAD8


class TfRecordError(ValueError):
    """A file that is not a TFRecord file, or a damaged one."""


def framed(payload: bytes) -> bytes:
    """The frame of one record."""
    length = len(payload).to_bytes(8, "little")
    return b"".join((length, _FOOTER.pack(_masked_crc(length)), payload, _FOOTER.pack(_masked_crc(payload))))


def read_records(path: pathlib.Path) -> Iterator[bytes]:
    """Yields the records of a file; ignores an incomplete last one, as of a writer that was killed.

    Raises:
        TfRecordError: a checksum is wrong.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        while len(header := file.read(_HEADER.size)) == _HEADER.size:
            length, crc = _HEADER.unpack(header)
            if crc != _masked_crc(header[:8]):
                raise _damaged(path, file.tell() - _HEADER.size)
            payload, footer = file.read(length), file.read(_FOOTER.size)
            if len(footer) < _FOOTER.size:
                return
            if footer != _FOOTER.pack(_masked_crc(payload)):
                raise _damaged(path, file.tell() - length - _FOOTER.size)
            yield payload


def _damaged(path: pathlib.Path, at: int) -> TfRecordError:
    return TfRecordError(f"{path} must be a TFRecord file. Received: a wrong checksum at byte {at}. Remove the file.")


def _masked_crc(data: bytes) -> int:
    crc = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF
