"""Files of PyTorch's format of before version 1.6, written here by pickling the records that the format describes."""

import collections
import os
import pickle
import struct
import sys
import types

import numpy as np
import pytest

from models.content.torch_file import read_tensors
from transforms.errors import WeightsError

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


class Storage:
    """Values of a tensor; pickled as a reference, like `torch.FloatStorage`."""

    def __init__(self, kind, key, values):
        self.kind, self.key, self.values = kind, key, values


class Tensor:
    """A view of a storage; pickled as a call of `torch._utils._rebuild_tensor_v2`."""

    def __init__(self, storage, offset, shape, strides):
        self.arguments = (storage, offset, shape, strides, False, collections.OrderedDict())

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.arguments


@pytest.fixture
def torch(monkeypatch):
    """Stands in for PyTorch while a file is pickled, which stores only the names."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for name in ("FloatStorage", "LongStorage"):
        setattr(torch, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2(*arguments):
        raise AssertionError("not called")

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    return torch


@pytest.fixture
def save(torch, tmp_path):
    def save(saved, storages=()):
        class Pickler(pickle.Pickler):
            def persistent_id(self, value):
                if isinstance(value, Storage):
                    return ("storage", getattr(torch, value.kind), value.key, "cpu", len(value.values), None)
                return None

        path = tmp_path / "weights.pth"
        with open(path, "wb") as file:
            for record in (MAGIC, PROTOCOL, {"little_endian": True}, saved, [s.key for s in storages]):
                Pickler(file, protocol=2).dump(record)
            for storage in storages:
                file.write(struct.pack("<q", len(storage.values)) + storage.values.tobytes())
        return path

    return save


def test_tensors_have_their_values_shapes_and_types(save):
    floats = Storage("FloatStorage", "1", np.arange(6, dtype=np.float32))
    longs = Storage("LongStorage", "2", np.array([7], np.int64))
    path = save(
        collections.OrderedDict(
            weight=Tensor(floats, 0, (2, 3), (3, 1)),
            transposed=Tensor(floats, 0, (3, 2), (1, 3)),
            last_row=Tensor(floats, 3, (3,), (1,)),
            count=Tensor(longs, 0, (), ()),
        ),
        [floats, longs],
    )
    read = read_tensors(path)
    np.testing.assert_array_equal(read["weight"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(read["transposed"], [[0, 3], [1, 4], [2, 5]])
    np.testing.assert_array_equal(read["last_row"], [3, 4, 5])
    assert read["count"] == 7
    assert read["weight"].dtype == np.float32
    assert read["count"].dtype == np.int64


def test_a_file_that_would_call_a_function_is_refused_without_calling_it(save, tmp_path):
    class Call:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "called"),)

    with pytest.raises(WeightsError, match=r"refers to .*mkdir"):
        read_tensors(save({"weight": Call()}))
    assert not (tmp_path / "called").exists()


def test_a_tensor_that_exceeds_its_storage_is_refused(save):
    storage = Storage("FloatStorage", "1", np.zeros(5, np.float32))
    with pytest.raises(WeightsError, match="exceeds its storage"):
        read_tensors(save({"weight": Tensor(storage, 0, (2, 3), (3, 1))}, [storage]))


def test_a_file_that_is_cut_off_at_any_place_is_refused(save):
    storage = Storage("FloatStorage", "1", np.arange(4, dtype=np.float32))
    path = save({"weight": Tensor(storage, 0, (4,), (1,))}, [storage])
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(WeightsError, match="copy the file again"):
            read_tensors(path)


def test_a_missing_file_is_one_clear_error(tmp_path):
    with pytest.raises(WeightsError, match="name an existing file"):
        read_tensors(tmp_path / "absent.pth")
