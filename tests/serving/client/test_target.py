"""Targets of the client: their forms, and the addresses that they resolve to."""

import socket

import pytest

from serving.client import RecommenderClient
from serving.client.target import Address, Target


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("127.0.0.1:1", [Address("ipv4:127.0.0.1:1")]),
        ("127.0.0.1:1, 127.0.0.2:2", [Address("ipv4:127.0.0.1:1"), Address("ipv4:127.0.0.2:2")]),
        ("127.0.0.1:1,127.0.0.1:1", [Address("ipv4:127.0.0.1:1")]),
        ("ipv4:127.0.0.1:1,127.0.0.2:2", [Address("ipv4:127.0.0.1:1"), Address("ipv4:127.0.0.2:2")]),
        ("[::1]:1,ipv6.example:2", [Address("ipv6:[::1]:1"), Address("ipv6:[2001:db8::7]:2", "ipv6.example:2")]),
        ("ipv6:[::1]:1", [Address("ipv6:[::1]:1")]),
        ("unix:/run/models", [Address("unix:/run/models")]),
        ("xds:///models", [Address("xds:///models")]),
        ("dns://10.0.0.53/models.example:9", [Address("dns://10.0.0.53/models.example:9")]),
        (
            "dns:///models.example:9",
            [Address("ipv4:10.0.0.1:9", "models.example:9"), Address("ipv4:10.0.0.2:9", "models.example:9")],
        ),
        (
            "models.example:9",
            [Address("ipv4:10.0.0.1:9", "models.example:9"), Address("ipv4:10.0.0.2:9", "models.example:9")],
        ),
        ("nowhere.example:9", [Address("nowhere.example:9", "nowhere.example:9")]),
    ],
)
def test_a_target_resolves_to_all_addresses(monkeypatch, text, addresses):
    known = {"models.example": ["10.0.0.1", "10.0.0.2"], "ipv6.example": ["2001:db8::7"]}

    def resolve(host, port, **_):
        if host not in known:
            raise socket.gaierror("unknown")
        return [(None, None, None, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert Target(text).resolve() == addresses


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost",
        "localhost:",
        ":8500",
        "localhost:http",
        "localhost:65536",
        "one:1,two",
        "one:1,",
        "::1:8500",
        "[localhost]:8500",
        "http://localhost:8500",
        "localhost:8500/models",
        "ipv4:127.0.0.1",
        "unix:",
    ],
)
def test_a_malformed_target_is_rejected_at_construction(text):
    with pytest.raises(ValueError, match="target must be host:port, or several joined by commas") as caught:
        RecommenderClient(text)
    assert f"Received: {text!r}." in str(caught.value)
