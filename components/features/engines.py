"""Opens the engine that the settings name."""

import pathlib

from components.features.config import FeaturesConfig
from components.features.duckdb_engine import DuckDbEngine
from components.features.engine import Engine
from components.features.spark_engine import SparkEngine


def open_engine(config: FeaturesConfig, spill_folder: pathlib.Path) -> Engine:
    """Opens the engine that the settings name.

    Args:
        config: settings.
        spill_folder: empty folder for data that do not fit in memory; the caller removes it.

    Raises:
        ConfigError: the engine cannot be started.
    """
    if config.engine == "spark":
        shared_folder = pathlib.Path(config.spark_folder) if config.spark_folder is not None else None
        return SparkEngine(config.spark_master, spill_folder, shared_folder, config.memory_limit_gib, config.spark_conf)
    return DuckDbEngine(spill_folder, config.memory_limit_gib)
