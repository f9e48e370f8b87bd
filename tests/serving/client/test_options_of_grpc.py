"""gRPC ignores unknown options, so each option must be one that gRPC reads."""

from pathlib import Path

import grpc
import grpc.aio
import pytest

from serving.client import ClientConfig, RecommenderClient
from serving.errors import ServerUnavailableError
from serving.server.config import ServerConfig
from serving.server.model_server import ModelServer

(LIBRARY,) = Path(grpc.__file__).parent.rglob("cygrpc*.so")
KNOWN = LIBRARY.read_bytes()


@pytest.fixture
def given(monkeypatch):
    """Records the names of the options of channels and servers."""
    names = []

    def recorded(make):
        def made(*args, options=(), **kwargs):
            options = options or next((a for a in args if isinstance(a, list | tuple)), ())
            names.extend(name for name, _ in options)
            return make(*args, **kwargs) if options in args else make(*args, options=options, **kwargs)

        return made

    monkeypatch.setattr(grpc, "insecure_channel", recorded(grpc.insecure_channel))
    monkeypatch.setattr(grpc.aio, "server", recorded(grpc.aio.server))
    return names


def test_grpc_knows_the_clients_options(given):
    config = ClientConfig(max_attempts=1)
    with RecommenderClient("127.0.0.1:1", config) as client, pytest.raises(ServerUnavailableError):
        client.recommend_default(["c1"])
    assert "grpc.keepalive_time_ms" in given
    assert [name for name in given if name.encode() + b"\0" not in KNOWN] == []


def test_grpc_knows_the_servers_options(given, worker_host):
    with ModelServer(ServerConfig(port=0), worker_host):
        assert "grpc.keepalive_time_ms" in given
    assert [name for name in given if name.encode() + b"\0" not in KNOWN] == []
