"""The model server as the console sees it: an address, a client for each version, and reasons for no answer."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from serving.client import ClientConfig, RecommenderClient
from serving.errors import (
    DeadlineExceededError,
    ModelNotFoundError,
    ServerUnavailableError,
    ServingError,
    SignatureNotFoundError,
)

_T = TypeVar("_T")
_CONFIG = ClientConfig(deadline_s=5.0, max_attempts=1)
_MAX_CLIENTS = 8  # an address may name any version


@dataclasses.dataclass(frozen=True)
class Answer(Generic[_T]):
    """An answer of the model server, or the reason why there is none.

    Attributes:
        value: the answer; None without one.
        problem: what is wrong and what to do; "" with an answer.
    """

    value: _T | None
    problem: str = ""


class Models:
    """Clients of one model server. Methods may be called from several threads.

    Args:
        address: returns `host:port` of the server, or None while it has none.
        waiting: returns what to say while the server has no address.
        remedy: how to start a server, in a sentence.
    """

    def __init__(self, address: Callable[[], str | None], *, waiting: Callable[[], str], remedy: str) -> None:
        self._address, self._waiting, self._remedy = address, waiting, remedy
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, int | None], RecommenderClient] = {}

    @property
    def address(self) -> str | None:
        """Address of the server; None while it has none."""
        return self._address()

    def ask(self, question: Callable[[RecommenderClient], _T], version: int | None = None) -> Answer[_T]:
        """Asks the server.

        Args:
            question: calls the client.
            version: version of the model; None for the newest.
        """
        address = self._address()
        if address is None:
            return Answer(None, self._waiting())
        try:
            return Answer(question(self._client(address, version)))
        except SignatureNotFoundError:
            return Answer(None, "The served version is of an earlier release and has no such answer.")
        except ModelNotFoundError:
            wanted = "the model yet" if version is None else f"version {version}"
            return Answer(None, f"The model server at {address} does not serve {wanted}. Try again in a moment.")
        except ServerUnavailableError:
            return Answer(None, f"No model server answers at {address}. {self._remedy}")
        except DeadlineExceededError:
            return Answer(None, f"The model server at {address} did not answer in time. Try again.")
        except ServingError as error:
            return Answer(None, f"The model server at {address} refused: {error.message}")

    def available(self) -> list[int]:
        """The versions that the server can answer with, newest first; none without a server."""
        status = self.ask(lambda client: client.model_status()).value or []
        return sorted((each.version for each in status if each.state == "AVAILABLE"), reverse=True)

    def close(self) -> None:
        """Closes the connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _client(self, address: str, version: int | None) -> RecommenderClient:
        with self._lock:
            key = (address, version)
            client = self._clients.pop(key, None) or RecommenderClient(address, _CONFIG, version=version)
            self._clients[key] = client
            if len(self._clients) > _MAX_CLIENTS:  # the first is the one used longest ago
                self._clients.pop(next(iter(self._clients))).close()
            return client
