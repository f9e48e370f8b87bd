"""Digests of files, remembered by path, size and time of the last change, so that large files are read once."""

from __future__ import annotations

import hashlib
import os
import pathlib

import pyarrow as pa

from components.content.vector_cache import DIGEST
from transforms.atomic_path import atomic_path
from transforms.parquet import pq

_Key = tuple[str, int, int]  # path, bytes, nanoseconds since 1970


class FileDigests:
    """Digests of the files of a folder. Threads may share it.

    Args:
        file: Parquet file that remembers them; a missing or damaged one is written anew by `save`.
        root: folder of the files. Paths are remembered relative to it.
    """

    def __init__(self, file: pathlib.Path, root: pathlib.Path):
        self._file, self._root = file, root
        self._remembered = _read(file)
        self._seen: dict[_Key, bytes] = {}

    def of(self, path: pathlib.Path) -> bytes:
        """Returns the digest of a file's content, as hexadecimal digits.

        Raises:
            OSError: the file cannot be read.
        """
        status = path.stat()
        key = (os.path.relpath(path, self._root), status.st_size, status.st_mtime_ns)
        digest = self._remembered.get(key) or content_digest(path)
        self._seen[key] = digest
        return digest

    def save(self) -> None:
        """Remembers the digests of the files asked for, and forgets all others."""
        if self._seen == self._remembered:
            return
        paths, sizes, times = zip(*self._seen, strict=True) if self._seen else ((), (), ())
        table = pa.table(
            {
                "path": pa.array(paths, pa.string()),
                "bytes": pa.array(sizes, pa.int64()),
                "changed_ns": pa.array(times, pa.int64()),
                "digest": pa.array(self._seen.values(), pa.binary()),
            }
        )
        with atomic_path(self._file) as partial:
            pq.write_table(table, partial)


def content_digest(path: pathlib.Path) -> bytes:
    """Returns the digest of a file's content, as hexadecimal digits.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.blake2b(digest_size=DIGEST.itemsize // 2)
    with open(path, "rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest().encode()


def _read(file: pathlib.Path) -> dict[_Key, bytes]:
    try:
        columns = pq.read_table(file, columns=["path", "bytes", "changed_ns", "digest"]).to_pydict()
    except (OSError, pa.ArrowException):
        return {}
    keys = zip(columns["path"], columns["bytes"], columns["changed_ns"], strict=True)
    return dict(zip(keys, columns["digest"], strict=True))
