"""Conversions between arrays and TensorProto, compared with those of TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tensorflow.core.framework import tensor_pb2

from serving import tensors, wire

TYPES = "float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool float16 complex64 complex128"
arrays = st.sampled_from(TYPES.split()).flatmap(
    lambda name: hnp.arrays(name, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
)
texts = hnp.arrays(object, hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=4), elements=st.binary())


def to_tensorflow(proto) -> np.ndarray:
    """Converts a TensorProto with the C++ code of TensorFlow Serving: Tensor::FromProto, through a Const op."""
    theirs = tensor_pb2.TensorProto.FromString(proto.SerializeToString())
    with tf.Graph().as_default() as graph:
        node = graph.create_op(
            "Const",
            [],
            [tf.as_dtype(theirs.dtype)],
            attrs={"value": tf.compat.v1.AttrValue(tensor=theirs), "dtype": tf.compat.v1.AttrValue(type=theirs.dtype)},
        )
        with tf.compat.v1.Session(graph=graph) as session:
            return session.run(node.outputs[0])


@settings(max_examples=60)
@given(arrays, st.booleans())
def test_tensorflow_reads_our_proto(array, as_content):
    ours = tensors.to_proto(array, as_content=as_content)
    read = tf.make_ndarray(tensor_pb2.TensorProto.FromString(ours.SerializeToString()))
    assert read.dtype == array.dtype
    assert read.shape == array.shape
    np.testing.assert_array_equal(read, array)


@settings(max_examples=60)
@given(arrays)
def test_tensorflows_proto_is_read(array):
    theirs = tf.make_tensor_proto(array)
    read = tensors.to_array(wire.TensorProto.FromString(theirs.SerializeToString()))
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)


@settings(max_examples=40)
@given(texts)
def test_strings_are_converted_both_ways(array):
    ours = tensors.to_proto(array)
    theirs = tensor_pb2.TensorProto.FromString(ours.SerializeToString())
    np.testing.assert_array_equal(tf.make_ndarray(theirs), array)
    np.testing.assert_array_equal(tensors.to_array(ours), array)


def test_text_is_utf_8():
    assert tensors.to_array(tensors.to_proto(["plain", "mütze 👒"])).tolist() == [b"plain", "mütze 👒".encode()]


@pytest.mark.parametrize(
    ("dtype", "field", "values", "size", "expected"),
    [
        ("DT_FLOAT", "float_val", [1.5, 2.5], 4, [1.5, 2.5, 2.5, 2.5]),
        ("DT_INT32", "int_val", [], 3, [0, 0, 0]),
        ("DT_INT64", "int64_val", [1, 2, 3], 2, [1, 2]),
        ("DT_UINT8", "int_val", [7], 2, [7, 7]),
        ("DT_STRING", "string_val", [b"a"], 3, [b"a", b"a", b"a"]),
        ("DT_STRING", "string_val", [], 2, [b"", b""]),
        ("DT_BOOL", "bool_val", [True], 2, [True, True]),
        ("DT_HALF", "half_val", [15360], 2, [1.0, 1.0]),
        ("DT_COMPLEX64", "scomplex_val", [1.0, 2.0], 2, [1 + 2j, 1 + 2j]),
    ],
)
def test_a_typed_field_may_be_shorter_or_longer_than_the_shape(dtype, field, values, size, expected):
    proto = wire.TensorProto(dtype=wire.DATA_TYPES[dtype], **{field: values})
    proto.tensor_shape.dim.add(size=size)
    assert tensors.to_array(proto).tolist() == expected
    assert to_tensorflow(proto).tolist() == expected


def test_string_content_is_lengths_then_bytes():
    proto = wire.TensorProto(dtype=wire.DATA_TYPES["DT_STRING"])
    proto.tensor_shape.dim.add(size=2)
    long = b"x" * 200
    proto.tensor_content = b"\x01\xc8\x01" + b"a" + long  # 200 is the varint c8 01
    assert tensors.to_array(proto).tolist() == [b"a", long]
    assert to_tensorflow(proto).tolist() == [b"a", long]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p.tensor_shape.dim.add(size=-1), "no negative dimension"),
        (lambda p: setattr(p.tensor_shape, "unknown_rank", True), "fully known"),
        (lambda p: setattr(p, "dtype", wire.DATA_TYPES["DT_VARIANT"]), "dtype = 21"),
        (lambda p: setattr(p, "dtype", 99), "dtype = 99"),
        (lambda p: setattr(p, "tensor_content", b"abc"), "must hold 4 bytes"),
        (lambda p: [p.tensor_shape.dim.add(size=2**40) for _ in range(2)], "at most 1000 elements"),
        (lambda p: [p.tensor_shape.dim.add(size=n) for n in (2**62, 0)], "at most 1000 elements"),
        (lambda p: [p.tensor_shape.dim.add(size=1) for _ in range(33)], "rank at most 32"),
    ],
)
def test_an_invalid_proto_is_rejected(change, words):
    proto = tensors.to_proto(np.float32(1))
    change(proto)
    with pytest.raises(tensors.TensorError, match=words):
        tensors.to_array(proto, max_elements=1000)


@pytest.mark.parametrize("value", [[object()], [None], np.datetime64("2020-01-01")])
def test_an_array_without_a_tensor_type_is_rejected(value):
    with pytest.raises(tensors.TensorError, match="Received"):
        tensors.to_proto(value)


def string_proto(size, **fields):
    proto = wire.TensorProto(dtype=wire.DATA_TYPES["DT_STRING"], **fields)
    proto.tensor_shape.dim.add(size=size)
    return proto


def test_a_length_of_more_than_ten_bytes_is_rejected():
    """Reading such a length to its end would take time quadratic in its size."""
    content = b"\xff" * 10 + b"\x01"
    with pytest.raises(tensors.TensorError, match="lengths of at most 10 bytes"):
        tensors.to_array(string_proto(1, tensor_content=content))
    ten = b"\x83" + b"\x80" * 8 + b"\x00" + b"abc"
    assert tensors.to_array(string_proto(1, tensor_content=ten)).tolist() == [b"abc"]


@pytest.mark.parametrize("dtype", ["DT_STRING", "DT_FLOAT", "DT_INT32", "DT_COMPLEX64", "DT_HALF", "DT_BOOL"])
def test_a_shape_may_have_few_elements_more_than_values(dtype):
    proto = wire.TensorProto(dtype=wire.DATA_TYPES[dtype])
    proto.tensor_shape.dim.add(size=65536)
    assert tensors.to_array(proto).shape == (65536,)
    proto.tensor_shape.dim[0].size = 65537
    with pytest.raises(tensors.TensorError, match="at most 65536 elements more than there are values"):
        tensors.to_array(proto)


def test_elements_with_values_do_not_count_towards_the_limit():
    values = [b"x"] * 70_000
    assert tensors.to_array(string_proto(70_000, string_val=values)).tolist() == values
    content = np.arange(70_000, dtype="<f4")
    assert tensors.to_array(tensors.to_proto(content, as_content=True)).tolist() == content.tolist()


def test_an_impossible_dimension_is_rejected_also_without_a_limit():
    proto = string_proto(0)
    proto.tensor_shape.dim.add(size=2**62)
    with pytest.raises(tensors.TensorError, match="at most 2147483647 elements"):
        tensors.to_array(proto)
