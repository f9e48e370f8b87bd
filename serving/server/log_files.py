"""The log files of one prefix: a new file at a size, the oldest deleted at a total size.

A file is named `PREFIX-<time in UTC>-<host>-<process id>.tfrecord`, so that names sort by time and servers may share a
folder. It is written without a buffer, a whole record at a time: what a server that was killed has written can be read.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import socket
from pathlib import Path

from serving.tfrecords import framed

SUFFIX = ".tfrecord"
_TIME = "%Y%m%dT%H%M%S%fZ"
_MODE = 0o640  # requests are about customers


class LogFiles:
    """Appends records to the newest file of a prefix; used by one thread.

    Args:
        prefix: path of the files without the end of their names; the folder is made if it does not exist.
        file_bytes: size at which a new file is begun; a larger record has a file of its own.
        max_bytes: limit of all files of the prefix, also those of earlier servers.
    """

    def __init__(self, prefix: str, file_bytes: int, max_bytes: int) -> None:
        self._prefix, self._file_bytes, self._max_bytes = Path(prefix), file_bytes, max_bytes
        self._file: int | None = None
        self._size = 0

    def append(self, record: bytes) -> None:
        """Writes one record, completely or not at all.

        Raises:
            OSError: it cannot be written; the next call begins a new file.
        """
        frame = framed(record)
        if self._file is not None and (self._size + len(frame) > self._file_bytes or self._is_deleted(self._file)):
            self.close()
        file = self._file if self._file is not None else self._begin()
        try:
            written = os.write(file, frame)
            if written < len(frame):
                raise OSError(f"only {written} of {len(frame)} bytes could be written")
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(file, self._size)
            self.close()
            raise
        self._size += len(frame)

    def close(self) -> None:
        """Closes the newest file; the next record begins another."""
        if self._file is not None:
            os.close(self._file)
        self._file, self._size = None, 0

    def _begin(self) -> int:
        self._prefix.parent.mkdir(parents=True, exist_ok=True)
        self._delete_oldest()
        now = datetime.datetime.now(datetime.timezone.utc).strftime(_TIME)
        name = f"{self._prefix.name}-{now}-{socket.gethostname()}-{os.getpid()}{SUFFIX}"
        self._file = os.open(self._prefix.with_name(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, _MODE)
        return self._file

    def _delete_oldest(self) -> None:
        """Makes room for one more file."""
        ours = re.compile(re.escape(self._prefix.name) + r"-\d{8}T\d{12}Z-.*" + re.escape(SUFFIX))
        sizes = {}
        for path in sorted(self._prefix.parent.iterdir()):
            with contextlib.suppress(FileNotFoundError):  # another server has deleted it
                if ours.fullmatch(path.name):
                    sizes[path] = path.stat().st_size
        excess = sum(sizes.values()) + self._file_bytes - self._max_bytes
        for path, size in sizes.items():
            if excess <= 0:
                return
            path.unlink(missing_ok=True)
            excess -= size

    @staticmethod
    def _is_deleted(file: int) -> bool:
        return os.fstat(file).st_nlink == 0
