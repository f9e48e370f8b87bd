"""Reads the tensors of a file that PyTorch wrote in its format of before version 1.6, without PyTorch.

Such a file is a sequence of pickles: a magic number, the version of the protocol, facts about the machine, the saved
dictionary, and the keys of its storages in the order in which their values follow, each as a 64-bit count and raw
values. See `_legacy_save` in `torch/serialization.py`.

A pickle can call any function of Python. Only the few names that a dictionary of tensors needs are known here.
"""

import collections
import dataclasses
import functools
import pathlib
import pickle
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from transforms.errors import WeightsError

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_DTYPES = {
    "FloatStorage": np.float32,
    "DoubleStorage": np.float64,
    "HalfStorage": np.float16,
    "IntStorage": np.int32,
    "LongStorage": np.int64,
}


def read_tensors(path: pathlib.Path) -> dict[str, np.ndarray]:
    """Reads a dictionary of tensors.

    Args:
        path: the file.

    Returns:
        The tensors by name.

    Raises:
        WeightsError: the file is missing, cut off, of another format, or refers to anything but tensors.
    """
    try:
        with open(path, "rb") as file:
            return _read(file)
    except OSError as error:
        raise WeightsError(f"weights {path} cannot be read ({error.strerror}); name an existing file") from error
    except (pickle.UnpicklingError, EOFError, struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"weights {path} are not a dictionary of tensors that PyTorch saved ({error}); copy the file again"
        ) from error


@dataclasses.dataclass(frozen=True)
class _Storage:
    dtype: np.dtype
    key: str
    count: int


@dataclasses.dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self, values: np.ndarray) -> np.ndarray:
        """A copy of the tensor's values, of which the storage may hold more."""
        last = self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.strides, strict=True))
        if self.offset < 0 or min((*self.shape, *self.strides), default=0) < 0 or last >= len(values):
            raise ValueError("a tensor exceeds its storage")
        strides = [step * values.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(values[self.offset :], self.shape, strides).copy()


def _read(file: BinaryIO) -> dict[str, np.ndarray]:
    if _Unpickler(file).load() != _MAGIC or _Unpickler(file).load() != _PROTOCOL:
        raise ValueError("another format")
    _Unpickler(file).load()
    saved = _Unpickler(file).load()
    storages = {}
    for key in _Unpickler(file).load():
        storages[key] = _values(file, next(t.storage for t in saved.values() if t.storage.key == key))
    return {name: tensor.array(storages[tensor.storage.key]) for name, tensor in saved.items()}


def _values(file: BinaryIO, storage: _Storage) -> np.ndarray:
    (count,) = struct.unpack("<q", file.read(8))
    if count != storage.count:
        raise ValueError("a storage has another length")
    content = file.read(count * storage.dtype.itemsize)
    return np.frombuffer(content, storage.dtype.newbyteorder("<"), count)


class _Unpickler(pickle.Unpickler):
    """Knows ordered dictionaries, storages and tensors, and nothing else."""

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module == "torch" and name in _DTYPES:
            return functools.partial(_Storage, np.dtype(_DTYPES[name]))
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        raise pickle.UnpicklingError(f"it refers to {module}.{name}")

    def persistent_load(self, pid: Any) -> _Storage:
        _, storage_of, key, _, count, *_ = pid
        return storage_of(key, count)


def _rebuild_tensor(storage: _Storage, offset: int, shape: tuple, strides: tuple, *_: Any) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))
