"""A read-only view of one version that is being served."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class ServedVersion:
    """A version that answers requests, and the process that holds it.

    Attributes:
        model: name of the model.
        version: its number.
        pid: of the worker process.
        load_s: seconds that loading and warming up took.
        warmup_records: requests the version was warmed up with.
        restarts: how often its process was replaced because it had ended or hung.

    """

    model: str
    version: int
    pid: int
    load_s: float
    warmup_records: int
    restarts: int
