"""The training data of the tiny shop, and small settings."""

import pytest

from benchmarks.quality.time_split.config import TimeSplitConfig
from tests.tiny_training import RETRIEVAL, read_data


@pytest.fixture(scope="session")
def data(transformed):
    return read_data(transformed)


@pytest.fixture(scope="session")
def config():
    return TimeSplitConfig(retrieval=RETRIEVAL, negative_pool=30, ranker_units=8, ranked=20)
