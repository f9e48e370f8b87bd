"""The thresholds of drift: one row of `thresholds.toml` a column."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import pathlib
from collections.abc import Mapping
from typing import Any

import tomli
from tfx.proto import distribution_validator_pb2

from components.drift.recent import COLUMNS as RECENT_COLUMNS
from components.drift.recent import RECENT
from models.ranking.distributions import SCORE
from transforms.columns import TABLES
from transforms.errors import ConfigError

FILE = pathlib.Path(__file__).with_name("thresholds.toml")
MEASURES = L_INFINITY, JENSEN_SHANNON = "l_infinity", "jensen_shannon"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Threshold:
    """The threshold of one column.

    Attributes:
        table: `articles`, `customers`, `transactions` or `recent`.
        column: name of the column.
        measure: `l_infinity` or `jensen_shannon`.
        threshold: the column has drifted if the value of the measure is above this, in (0, 1).
    """

    table: str
    column: str
    measure: str
    threshold: float

    @property
    def name(self) -> str:
        """The name of the feature in the statistics."""
        return feature_name(self.table, self.column)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ListThresholds:
    """The thresholds of the ranking features and the scores, of the Jensen-Shannon divergence.

    Attributes:
        min_pairs: lists with fewer candidates in one of the runs are not judged.
        feature: threshold of a feature that is not in `features`.
        score: threshold of the scores.
        features: thresholds of single features by name.
    """

    min_pairs: int
    feature: float
    score: float
    features: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def of(self, name: str) -> float:
        """The threshold of a feature or of the scores.

        Args:
            name: name of the feature, or `score`.
        """
        return self.score if name == SCORE else self.features.get(name, self.feature)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The thresholds of all columns.

    Attributes:
        min_rows: columns with fewer values in one of the runs are not judged.
        rows: one threshold a column.
        lists: thresholds of the training lists.
    """

    min_rows: int
    rows: tuple[Threshold, ...]
    lists: ListThresholds


def feature_name(table: str, column: str) -> str:
    """The name of a column in the statistics of drift, which hold the columns of all tables.

    >>> feature_name("recent", "price")
    'recent.price'
    """
    return f"{table}.{column}"


@functools.cache
def read_thresholds(path: pathlib.Path = FILE) -> Thresholds:
    """Reads the thresholds.

    Args:
        path: file like `thresholds.toml`.

    Raises:
        ConfigError: a row is wrong, or a column has several rows.
    """
    tree = tomli.loads(path.read_text(encoding="utf-8"))
    rows = tuple(_row(values, path) for values in tree["column"])
    names = [row.name for row in rows]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ConfigError(f"{path.name}: each column must have one row. Received several of {', '.join(doubled)}")
    return Thresholds(min_rows=tree["min_rows"], rows=rows, lists=ListThresholds(**tree["lists"]))


def thresholds_digest(path: pathlib.Path = FILE) -> str:
    """Hash of the file, for cache keys; arguments as in `read_thresholds`."""
    return hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()


def validator_config(thresholds: Thresholds) -> distribution_validator_pb2.DistributionValidatorConfig:
    """The configuration of TFX's DistributionValidator.

    Args:
        thresholds: thresholds of all columns.
    """
    config = distribution_validator_pb2.DistributionValidatorConfig()
    for row in thresholds.rows:
        feature = config.default_slice_config.feature.add()
        feature.path.step.append(row.name)
        comparator = feature.distribution_comparator
        if row.measure == L_INFINITY:
            comparator.infinity_norm.threshold = row.threshold
        else:
            comparator.jensen_shannon_divergence.threshold = row.threshold
    return config


def _row(values: Mapping[str, Any], path: pathlib.Path) -> Threshold:
    try:
        row = Threshold(**values)
    except TypeError as error:
        raise ConfigError(
            f"{path.name}: a row must have table, column, measure and threshold. Received: {dict(values)}"
        ) from error
    columns = {RECENT: set(RECENT_COLUMNS)}
    columns |= {name: {column.name for column in found} for name, found in TABLES.items()}
    if row.column not in columns.get(row.table, ()):
        raise ConfigError(f"{path.name}: a row must name a column of the tables. Received: {row.name}")
    if row.measure not in MEASURES:
        raise ConfigError(f"{path.name}: measure must be {' or '.join(MEASURES)}. Received: {row.measure!r}")
    if not 0 < row.threshold < 1:
        raise ConfigError(f"{path.name}: threshold must be above 0 and below 1. Received: {row.threshold}")
    return row
