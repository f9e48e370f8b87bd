"""The settings of ingest."""

import dataclasses
import math

from transforms.errors import ConfigError


@dataclasses.dataclass(frozen=True, kw_only=True)
class IngestConfig:
    """How strict ingest is and what it may use.

    Attributes:
        max_rejected_share: share of a table's rows that may be set aside before the run stops, per table,
            in [0, 1].
        max_reject_lines: lines of detail a table may have in `rejects.csv`, at least 1; counts are whole.
        statistics_rows: rows of each table that become tf.Examples for the statistics, at least 1; spread evenly where
            there are more.
        memory_limit_gib: memory DuckDB may take before it works on disk, in GiB, at least 0.25.

    """

    max_rejected_share: float = 0.01
    max_reject_lines: int = 100_000
    statistics_rows: int = 200_000
    memory_limit_gib: float = 4.0

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ConfigError: a setting is out of its range.

        """
        if not 0.0 <= self.max_rejected_share <= 1.0:
            raise ConfigError(f"ingest.max_rejected_share must be in [0, 1]. Received: {self.max_rejected_share}")
        for name in ("max_reject_lines", "statistics_rows"):
            if getattr(self, name) < 1:
                raise ConfigError(f"ingest.{name} must be at least 1. Received: {getattr(self, name)}")
        limit = self.memory_limit_gib
        if not (math.isfinite(limit) and limit >= 0.25):
            raise ConfigError(f"ingest.memory_limit_gib must be at least 0.25. Received: {limit}")
