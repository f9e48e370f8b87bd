"""A read-only view of one version that is being served."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class ServedVersion:
    """A version that answers requests, and the process that holds it.

    Attributes:
        model: name of the model.
        version: number of the version.
        pid: process id of the worker.
        load_s: seconds that loading and warm-up took.
        warmup_records: number of warm-up requests.
        restarts: how often its process was replaced after it ended or hung.
    """

    model: str
    version: int
    pid: int
    load_s: float
    warmup_records: int
    restarts: int
