"""Clients of an A/B test: each customer is answered by the version of the customer's label."""

from __future__ import annotations

from serving.client.channel import ClientConfig
from serving.client.recommender_client import RecommenderClient
from serving.client.split import Split


class SplitClients:
    """One client for each label of a split.

    `with SplitClients("shop-models:8500", Split({"canary": 0.05, "stable": 0.95}, salt="autumn")) as clients:`
    `clients.of("customer").recommend(["customer"])`

    Args:
        target: target of the clients, see `RecommenderClient`.
        split: labels with their shares.
        config: settings of the clients; None for `ClientConfig()`.

    Raises:
        ValueError: `target` is malformed.
    """

    def __init__(self, target: str, split: Split, config: ClientConfig | None = None) -> None:
        self._split = split
        self._clients = {label: RecommenderClient(target, config, version_label=label) for label in split.shares}

    def of(self, customer_id: str) -> RecommenderClient:
        """The client that queries the version of a customer's label."""
        return self._clients[self._split.label(customer_id)]

    def close(self) -> None:
        """Closes the connections."""
        for client in self._clients.values():
            client.close()

    def __enter__(self) -> SplitClients:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
