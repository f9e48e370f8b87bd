"""The values that a tuning tries for each setting."""

import typing
from collections.abc import Mapping

import keras_tuner

from models.ranking.config import RankingConfig
from transforms.settings import Settings

Space = Mapping[str, tuple[int, ...] | tuple[float, ...] | tuple[str, ...]]

RANKING: Space = {
    "learning_rate": (0.0005, 0.001, 0.002, 0.004, 0.008),
    "units": (16, 32, 64, 128),
    "blocks": (1, 2, 3),
    "networks": (1, 2, 4, 8),
    "dropout": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
    "negatives_per_list": (20, 40, 80, 160),
    "loss": typing.get_args(RankingConfig.model_fields["loss"].annotation),
    "epochs": (3, 5, 8, 12),
}
TOWERS: Space = {
    "learning_rate": (0.0005, 0.001, 0.002, 0.004),
    "embedding_dim": (32, 64, 128, 256),
    "hidden_units": (64, 128, 256),
    "attribute_dim": (4, 8, 16),
    "temperature": (0.25, 0.5, 1.0, 2.0),
    "epochs": (4, 8, 12),
    "week_epochs": (1, 2, 3),
}


def hyperparameters(space: Space, config: Settings) -> keras_tuner.HyperParameters:
    """Returns the hyperparameters of a space: for each setting its values and that of `config`, which is the default.

    Args:
        space: values of each setting.
        config: settings of the run.
    """
    found = keras_tuner.HyperParameters()
    for name, values in space.items():
        own = getattr(config, name)
        found.Choice(name, sorted({*values, own}), default=own)
    return found
