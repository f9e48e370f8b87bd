"""Which engine a run uses: chosen here and nowhere else."""

import pathlib

from components.features.config import FeaturesConfig
from components.features.duckdb_engine import DuckDbEngine
from components.features.engine import Engine


def open_engine(config: FeaturesConfig, spill_folder: pathlib.Path) -> Engine:
    """The engine the settings ask for.

    Args:
        config: settings.
        spill_folder: for what does not fit in memory; empty, and the caller's to remove.
    """
    return DuckDbEngine(spill_folder, config.memory_limit_gib)
