"""Converts between numpy arrays and TensorProto, by the rules of TensorFlow's `Tensor::FromProto` and `AsProtoField`.

A TensorProto has its values either as raw bytes (`tensor_content`) or in the field of its type. In the typed field,
missing values are equal to the last one, or are zeros (or empty strings) if there is none. Strings are bytes in arrays
of dtype object. bfloat16, quantised types, resources and variants are not supported.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from serving.wire import DATA_TYPES, TensorProto

MAX_RANK = 32  # limit of numpy; TensorFlow's is 254
MAX_FILLED = 65536  # elements without values in a message; each takes memory of the receiver but not of the sender
_MAX_SIZE = 2**31 - 1  # elements of a tensor
_VARINT_BYTES = 10  # longest encoding of a 64-bit number

STRING = DATA_TYPES["DT_STRING"]
_NUMPY_TYPES: dict[int, Any] = {
    DATA_TYPES["DT_FLOAT"]: np.float32,
    DATA_TYPES["DT_DOUBLE"]: np.float64,
    DATA_TYPES["DT_INT32"]: np.int32,
    DATA_TYPES["DT_UINT8"]: np.uint8,
    DATA_TYPES["DT_INT16"]: np.int16,
    DATA_TYPES["DT_INT8"]: np.int8,
    DATA_TYPES["DT_COMPLEX64"]: np.complex64,
    DATA_TYPES["DT_INT64"]: np.int64,
    DATA_TYPES["DT_BOOL"]: np.bool_,
    DATA_TYPES["DT_UINT16"]: np.uint16,
    DATA_TYPES["DT_COMPLEX128"]: np.complex128,
    DATA_TYPES["DT_HALF"]: np.float16,
    DATA_TYPES["DT_UINT32"]: np.uint32,
    DATA_TYPES["DT_UINT64"]: np.uint64,
}
_DATA_TYPE_OF = {np.dtype(kind): number for number, kind in _NUMPY_TYPES.items()}
_FIELDS = {
    "float_val": ("DT_FLOAT",),
    "double_val": ("DT_DOUBLE",),
    "int_val": ("DT_INT32", "DT_INT16", "DT_INT8", "DT_UINT8", "DT_UINT16"),
    "string_val": ("DT_STRING",),
    "scomplex_val": ("DT_COMPLEX64",),
    "int64_val": ("DT_INT64",),
    "bool_val": ("DT_BOOL",),
    "dcomplex_val": ("DT_COMPLEX128",),
    "half_val": ("DT_HALF",),
    "uint32_val": ("DT_UINT32",),
    "uint64_val": ("DT_UINT64",),
}
_FIELD_OF = {DATA_TYPES[name]: field for field, names in _FIELDS.items() for name in names}


class TensorError(ValueError):
    """An invalid TensorProto, or an array without a TensorProto type."""


def to_proto(values: npt.ArrayLike, dtype: npt.DTypeLike = None, *, as_content: bool = False) -> Any:
    """Converts an array to a TensorProto.

    Args:
        values: an array or nested lists, of any shape; str are encoded as UTF-8.
        dtype: type to cast numbers to; None for the array's own.
        as_content: write numbers as raw bytes, which is faster for large arrays; strings are always in `string_val`.

    Returns:
        `serving.wire.TensorProto`.

    Raises:
        TensorError: the array's dtype has no TensorProto type.
    """
    array = np.asarray(values, dtype=dtype)
    if array.dtype.kind in "USO":
        return _string_proto(array)
    number = _DATA_TYPE_OF.get(array.dtype)
    if number is None:
        raise TensorError(f"values must have a TensorFlow type. Received: dtype = {array.dtype}. Cast it first.")
    proto = _with_shape(number, array.shape)
    if as_content:
        proto.tensor_content = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
        return proto
    flat = array.ravel()
    if flat.dtype.kind == "c":
        flat = flat.view(np.float32 if flat.dtype == np.complex64 else np.float64)
    elif flat.dtype == np.float16:
        flat = flat.view(np.uint16)
    getattr(proto, _FIELD_OF[number]).extend(flat.tolist())
    return proto


def to_array(proto: Any, max_elements: int | None = None) -> npt.NDArray[Any]:
    """Converts a TensorProto to an array; strings become bytes in dtype object.

    Args:
        proto: `serving.wire.TensorProto`.
        max_elements: maximum number of elements, because a shape of a few bytes can have terabytes; None for
            2**31 - 1.

    Raises:
        TensorError: the type or rank is unknown, a dimension is negative, the content does not have the size of the
            shape, there are more than `max_elements` elements, or more than `MAX_FILLED` values are missing.
    """
    shape = checked_shape(proto, max_elements)
    count = math.prod(shape)
    if proto.dtype == STRING:
        strings = list(proto.string_val) if not proto.tensor_content else _split(proto.tensor_content, count)
        flat: npt.NDArray[Any] = np.empty(count, dtype=object)
        flat[:] = _filled(strings, count, b"")
        return flat.reshape(shape)
    kind = _NUMPY_TYPES.get(proto.dtype)
    if kind is None:
        raise TensorError(f"dtype must be a type that serving supports. Received: dtype = {proto.dtype}.")
    dtype = np.dtype(kind)
    if proto.tensor_content:
        if len(proto.tensor_content) != count * dtype.itemsize:
            raise TensorError(
                f"tensor_content must hold {count * dtype.itemsize} bytes for shape {shape}. "
                f"Received: {len(proto.tensor_content)} bytes."
            )
        return np.frombuffer(proto.tensor_content, dtype.newbyteorder("<")).astype(dtype).reshape(shape)
    return _from_field(getattr(proto, _FIELD_OF[proto.dtype]), dtype, count).reshape(shape)


def _from_field(values: Any, dtype: np.dtype[Any], count: int) -> npt.NDArray[Any]:
    if dtype.kind == "c":
        part = np.float32 if dtype == np.complex64 else np.float64
        pairs = np.array(values[: len(values) // 2 * 2], part).view(dtype)
        return np.array(_filled(list(pairs), count, 0), dtype)
    if dtype == np.float16:
        return np.array(_filled(list(values), count, 0), np.uint32).astype(np.uint16).view(np.float16)
    # int_val has 32 bits also for smaller types; TensorFlow casts, which wraps around
    wide = {"i": np.int64, "u": np.uint64 if dtype.itemsize == 8 else np.int64}.get(dtype.kind, dtype)
    return np.array(_filled(list(values), count, 0), wide).astype(dtype)


def _filled(values: list[Any], count: int, zero: Any) -> list[Any]:
    missing = count - len(values)
    if missing <= 0:
        return values[:count]
    return values + [values[-1] if values else zero] * missing


def _string_proto(array: npt.NDArray[Any]) -> Any:
    proto = _with_shape(STRING, array.shape)
    values = array.ravel().tolist()
    if set(map(type, values)) != {bytes}:  # the strings of an answer are already bytes
        values = [_bytes(value) for value in values]
    proto.string_val.extend(values)
    return proto


def _bytes(value: Any) -> bytes:
    if not isinstance(value, str | bytes):
        raise TensorError(f"values of dtype object must be str or bytes. Received: {value!r:.200}.")
    return value.encode() if isinstance(value, str) else value


def _with_shape(number: int, shape: tuple[int, ...]) -> Any:
    proto = TensorProto(dtype=number)
    proto.tensor_shape.SetInParent()
    for size in shape:
        proto.tensor_shape.dim.add(size=size)
    return proto


def checked_shape(proto: Any, max_elements: int | None = None) -> tuple[int, ...]:
    """The shape of a TensorProto, checked before memory is allocated.

    Args:
        proto: `serving.wire.TensorProto`.
        max_elements: see `to_array`.

    Raises:
        TensorError: the shape or the number of values is invalid, see `to_array`.
    """
    dimensions = len(proto.tensor_shape.dim)
    if proto.tensor_shape.unknown_rank or dimensions > MAX_RANK:
        received = "unknown" if proto.tensor_shape.unknown_rank else str(dimensions)
        raise TensorError(f"tensor_shape must be fully known, of rank at most {MAX_RANK}. Received: rank {received}.")
    shape = tuple(dim.size for dim in proto.tensor_shape.dim)
    if any(size < 0 for size in shape):
        raise TensorError(f"tensor_shape must have no negative dimension. Received: {shape}.")
    limit = _MAX_SIZE if max_elements is None else max_elements
    # Check each dimension too, because one dimension of 0 makes the product 0.
    if max(math.prod(shape), *shape, 0) > limit:
        raise TensorError(f"tensor_shape must have at most {limit} elements. Received: {shape}.")
    count = _value_count(proto)
    if count is not None and math.prod(shape) - count > MAX_FILLED:
        raise TensorError(
            f"tensor_shape must have at most {MAX_FILLED} elements more than there are values. "
            f"Received: {shape} with {count} values. Send a value for each element."
        )
    return shape


def _value_count(proto: Any) -> int | None:
    """Maximum number of elements that the message has values for; None for an unsupported type."""
    if proto.tensor_content:
        return len(proto.tensor_content)  # at least one byte for each element; the exact size is checked later
    field = _FIELD_OF.get(proto.dtype)
    if field is None:
        return None
    values = len(getattr(proto, field))
    return values // 2 if field in ("scomplex_val", "dcomplex_val") else values


def _split(content: bytes, count: int) -> list[bytes]:
    """The strings of a string tensor's `tensor_content`: `count` varint lengths, then the bytes."""
    lengths: list[int] = []
    at = 0
    try:
        while len(lengths) < count:
            length, at = _varint(content, at)
            lengths.append(length)
    except IndexError:
        raise TensorError(
            f"tensor_content must start with a length for each string. Received: {len(content)} bytes for {count} "
            "strings."
        ) from None
    if at + sum(lengths) != len(content):
        raise TensorError(
            f"tensor_content must have as many bytes as the sum of its lengths, {sum(lengths)}. "
            f"Received: {len(content) - at}."
        )
    strings = []
    for length in lengths:
        strings.append(content[at : at + length])
        at += length
    return strings


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """The number at a position, and the position after the number."""
    value = 0
    for shift in range(0, 7 * _VARINT_BYTES, 7):
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise TensorError(f"tensor_content must have lengths of at most {_VARINT_BYTES} bytes.")
