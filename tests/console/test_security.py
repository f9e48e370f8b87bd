"""Foreign hosts, long requests and wrong parameters are refused; every answer has the security headers."""

import pytest
from starlette.testclient import TestClient

from console.app import create_app
from console.query import link
from console.security import CONTENT_SECURITY_POLICY, MAX_ADDRESS_BYTES
from tests.console.hostile_shop import HOSTILE_ARTICLE, PLAIN_ARTICLE

PAGES = ("/", "/catalogue", "/customers", "/nothing", "/static/console.css", link("/photo", id=PLAIN_ARTICLE))


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_has_the_security_headers(client, address):
    headers = client.get(address).headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_policy_allows_neither_scripts_nor_inline_styles():
    assert "script-src" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'; style-src 'self'; ")
    assert "unsafe" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil", "0.0.0.0"])
def test_a_foreign_host_is_refused(client, host):
    assert client.get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8600", "localhost", "[::1]:8600"])
def test_this_machine_is_accepted(client, host):
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_a_host_can_be_allowed(console):
    client = TestClient(create_app(console, ["console.shop.example"]))
    assert client.get("/", headers={"Host": "console.shop.example"}).status_code == 200
    assert client.get("/", headers={"Host": "localhost"}).status_code == 400


def test_long_addresses_and_bodies_are_refused(client):
    assert client.get("/catalogue?q=" + "a" * MAX_ADDRESS_BYTES).status_code == 414
    assert client.post("/", content=b"a" * 10_000).status_code == 413
    assert client.post("/", content=iter([b"a"])).status_code == 411
    assert client.post("/catalogue").status_code == 405


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/article", 400),
        ("/article?id=unknown", 404),
        ("/article?id=" + "9" * 301, 400),
        ("/catalogue?page=0", 400),
        ("/catalogue?page=1e9", 400),
        ("/catalogue?order=price", 400),
        ("/customers?age_group=old", 400),
        ("/customers/random?prefix=nobody", 404),
        ("/customer?id=c000&k=49", 400),
        ("/customer?id=c000&age=-1", 400),
        ("/customer?id=c000&club=GOLD", 400),
        ("/customer?id=c000&" + "&".join(f"recent={i}" for i in range(41)), 400),
        ("/photo?id=0&width=9999", 400),
        ("/photo?id=0&width=241", 400),
        ("/nothing", 404),
    ],
)
def test_a_wrong_address_gets_a_page_that_says_so(client, address, status):
    answer = client.get(address)
    assert answer.status_code == status
    assert "<h1>This page cannot be shown</h1>" in answer.text


def test_an_unexpected_error_gets_a_page_without_details(console, monkeypatch):
    def fail():
        raise RuntimeError("secret detail")

    client = TestClient(create_app(console), base_url="http://localhost", raise_server_exceptions=False)
    monkeypatch.setattr(console.shop, "tables", fail)
    answer = client.get("/catalogue")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "secret detail" not in answer.text
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("name", ["../secret", "../secret.jpg", "..", "/etc/passwd", HOSTILE_ARTICLE, "a\0b"])
def test_no_id_leads_out_of_the_data_folder(client, name):
    answer = client.get(link("/photo", id=name))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("image/svg+xml")


def test_no_path_leads_out_of_the_static_files(client):
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/static/%2e%2e/app.py").status_code == 404
