"""Pages without a model server, without data, and after a newer run."""

import pathlib
import socket

import pytest
from starlette.testclient import TestClient

from console.app import Console, create_app
from console.customer_sample import CustomerSample
from console.models import Models
from console.query import link
from console.serve import listen
from console.shop import Shop
from console.versions import Versions
from pipeline.versions import list_versions
from tests import tiny_shop
from tests.console import hostile_shop
from transforms.errors import LookbookError


def made(out: pathlib.Path, address: str | None) -> TestClient:
    models = Models(lambda: address, waiting=lambda: "It is starting.", remedy="Start one with `lookbook serve`.")
    versions = Versions(lambda: list_versions(out))
    shop = Shop(out)
    shop.prepare()
    console = Console(
        out=out,
        shop=shop,
        photos=None,
        models=models,
        metrics=hostile_shop.no_metrics(),
        versions=versions,
        sample=CustomerSample(models),
    )
    return TestClient(create_app(console), base_url="http://localhost")


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def test_without_a_server_pages_show_the_rest_and_how_to_start_one(console, free_port):
    client = made(console.out, f"127.0.0.1:{free_port}")
    for address in (
        "/",
        link("/article", id=hostile_shop.PLAIN_ARTICLE),
        link("/customer", id=hostile_shop.HOSTILE_CUSTOMER),
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert "Start one with `lookbook serve`." in page.text
    assert "Purchases" in page.text
    assert link("/article", id=hostile_shop.HOSTILE_ARTICLE) in page.text.replace("&amp;", "&")


def test_while_the_server_starts_pages_say_so(console):
    assert "It is starting." in made(console.out, None).get("/").text


def test_an_empty_folder_says_what_to_do(tmp_path):
    client = made(tmp_path, None)
    assert client.get("/").status_code == 200
    assert "No version has been pushed." in client.get("/").text
    answer = client.get("/catalogue")
    assert answer.status_code == 503
    assert "Start `lookbook run` into it." in answer.text


def test_the_tables_of_a_newer_run_are_used(tmp_path):
    out = hostile_shop.write_out(tmp_path)
    shop = Shop(out)
    before = shop.prepare()
    assert shop.tables() is before
    newer = tiny_shop.write_tables(out / "newer", tiny_shop.raw_articles()[:3], [], [])
    hostile_shop.record(out, "lookbook.Tables", newer)
    after = shop.prepare()
    assert shop.tables() is after
    assert (before.articles, after.articles) == (31, 3)
    assert before.by_id([hostile_shop.PLAIN_ARTICLE])  # requests in flight still read them


def test_tables_without_states_are_shown(tmp_path):
    out = tmp_path / "out"
    tables = tiny_shop.write_tables(out / "[tables]*", hostile_shop.articles(), hostile_shop.customers(), [])
    hostile_shop.record(out, "lookbook.Tables", tables)
    client = made(out, None)
    assert client.get("/catalogue").status_code == 200
    assert client.get(link("/article", id=hostile_shop.PLAIN_ARTICLE)).status_code == 200
    assert client.get("/customers?activity=none").status_code == 200


def test_a_taken_port_is_named():
    with listen("127.0.0.1", 0) as taken, pytest.raises(LookbookError, match="give another --port"):
        listen("127.0.0.1", taken.getsockname()[1])
