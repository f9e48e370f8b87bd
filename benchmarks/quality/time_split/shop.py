"""The purchases of a whole shop, as the towers read them."""

import pathlib

from benchmarks.quality.cells import Cell
from benchmarks.quality.shop import Shop
from benchmarks.quality.stages import Stages
from benchmarks.quality.training import training_data
from models.retrieval.transformed import TrainingData

# Purchases of all days; no states of past weeks are needed.
_SETTINGS = ("features.list_weeks=1", "features.min_list_weeks=1", "features.interaction_window_days=100000")


def read_shop(folder: pathlib.Path, stages: Stages) -> tuple[str, TrainingData]:
    """Reads a shop by the pipeline's own ingest, features and Transform, which are cached.

    Args:
        folder: folder of the three CSVs.
        stages: cached stages.

    Returns:
        A key of the data and the code that read them, and the data.
    """
    made = stages.of(Cell(name="time-split", shop=Shop(folder), back=0, assignments=_SETTINGS))
    return made.features.name, training_data(made.states, made.features / "examples", made.graph)
