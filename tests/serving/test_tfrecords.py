"""TFRecord files are those of TensorFlow, in both directions."""

import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from serving.tfrecords import TfRecordError, framed, read_records

RECORDS = [b"", b"a", bytes(range(256)) * 300]


def test_tensorflow_reads_the_records(tmp_path):
    path = tmp_path / "ours.tfrecord"
    path.write_bytes(b"".join(map(framed, RECORDS)))
    assert list(tf.data.TFRecordDataset(str(path)).as_numpy_iterator()) == RECORDS


def test_records_of_tensorflow_are_read(tmp_path):
    path = tmp_path / "theirs.tfrecord"
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in RECORDS:
            writer.write(record)
    assert list(read_records(path)) == RECORDS
    assert path.read_bytes() == b"".join(map(framed, RECORDS))


@given(st.integers(min_value=0, max_value=len(b"".join(map(framed, RECORDS[:2]))) - 1))
def test_an_incomplete_last_record_is_ignored(tmp_path_factory, size):
    path = tmp_path_factory.mktemp("cut") / "cut.tfrecord"
    path.write_bytes(b"".join(map(framed, RECORDS[:2]))[:size])
    complete = RECORDS[:1] if size >= len(framed(RECORDS[0])) else []
    assert list(read_records(path)) == complete


@pytest.mark.parametrize("at", [0, 8, 12, 20], ids=["length", "crc of the length", "payload", "crc of the payload"])
def test_a_changed_byte_is_an_error(tmp_path, at):
    path = tmp_path / "changed.tfrecord"
    content = bytearray(framed(b"a payload"))
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(TfRecordError, match=r"changed.tfrecord must be a TFRecord file. Received: a wrong checksum"):
        list(read_records(path))
