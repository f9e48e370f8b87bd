"""The training data of the tiny shop."""

import pytest


@pytest.fixture(scope="session")
def data(transformed):
    from tests.tiny_training import read_data

    return read_data(transformed)
