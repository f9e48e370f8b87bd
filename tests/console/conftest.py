"""The hostile shop and a client of its console, shared by the tests of the console."""

import pytest
from starlette.testclient import TestClient

from console.app import create_app
from tests.console import hostile_shop


@pytest.fixture(scope="session")
def console(tmp_path_factory):
    with hostile_shop.console(tmp_path_factory.mktemp("console")) as made:
        yield made


@pytest.fixture(scope="session")
def client(console):
    with TestClient(create_app(console), base_url="http://127.0.0.1") as made:
        yield made
