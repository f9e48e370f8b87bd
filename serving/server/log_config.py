"""Settings of the request log."""

from __future__ import annotations

import dataclasses
from pathlib import Path


@dataclasses.dataclass(frozen=True, kw_only=True)
class LoggingConfig:
    """Logging of one model: TensorFlow Serving's `logging_config`.

    Attributes:
        filename_prefix: path of the log files without the end of their names, such as `/var/log/lookbook/requests`.
        sampling_rate: share of the answered Predict requests that is logged, 0 to 1.
    """

    filename_prefix: str
    sampling_rate: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.sampling_rate <= 1:
            raise ValueError(f"sampling_rate must be in 0..1. Received: sampling_rate = {self.sampling_rate}.")
        if not Path(self.filename_prefix).name or "\0" in self.filename_prefix:
            raise ValueError(
                "filename_prefix must be a path that ends with the beginning of a file name. "
                f"Received: filename_prefix = {self.filename_prefix!r}."
            )


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogStorage:
    """How the server keeps the logs of its models.

    Attributes:
        file_bytes: size at which a new file is begun.
        max_bytes: limit of all files of a prefix; the oldest are deleted. At least twice `file_bytes`.
        queue_bytes: limit of the requests and answers that wait for being written; further ones are not logged.
        salt: key of the hashes that replace customer ids; None to log the ids as they are.
        hashed_inputs: names of the inputs that hold customer ids.
        roots: folders that contain all prefixes of reloads, after resolving symlinks; empty for the folders of the
            prefixes of the first configuration.
    """

    file_bytes: int = 64 * 1024 * 1024
    max_bytes: int = 1024 * 1024 * 1024
    queue_bytes: int = 16 * 1024 * 1024
    salt: bytes | None = dataclasses.field(default=None, repr=False)
    hashed_inputs: tuple[str, ...] = ("customer_id",)
    roots: tuple[str | Path, ...] = ()

    def __post_init__(self) -> None:
        for field in ("file_bytes", "queue_bytes"):
            if getattr(self, field) < 1:
                raise ValueError(f"{field} must be at least 1. Received: {field} = {getattr(self, field)}.")
        if self.max_bytes < 2 * self.file_bytes:
            raise ValueError(
                "max_bytes must be at least twice file_bytes. "
                f"Received: max_bytes = {self.max_bytes}, file_bytes = {self.file_bytes}."
            )
