"""Figures of the candidates of a week: how many of the purchases they hold, and which channels proposed those."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.candidates.lists import Labels, recall


class WeekFigures:
    """Sums over the customers of a week, added in parts.

    Args:
        channels: names of the active channels in the order of their bits.
    """

    def __init__(self, channels: Sequence[str]):
        self._channels = channels
        self._customers, self._candidates, self._has_channels = 0, 0, False
        # Of each customer's purchases: the share among the candidates; by channel that found and that found alone.
        self._shares = np.zeros(1 + 2 * len(channels))

    def add(self, labels: Labels, bought: np.ndarray, bits: np.ndarray | None, candidates: int) -> None:
        """Adds customers.

        Args:
            labels: their purchases.
            bought: `[n, width]` bool, whether each candidate was bought.
            bits: `[n, width]` int32; bit i is set if the i-th channel proposed the candidate. None for random lists.
            candidates: number of candidates of all of them.
        """
        customers = len(labels.customer_rows)
        self._customers += customers
        self._candidates += candidates
        self._shares[0] += customers * recall(bought, labels)
        if bits is None:
            return
        self._has_channels = True
        for bit in range(len(self._channels)):
            found = bought & (bits >> bit & 1).astype(bool)
            self._shares[1 + 2 * bit] += customers * recall(found, labels)
            self._shares[2 + 2 * bit] += customers * recall(bought & (bits == 1 << bit), labels)

    def as_tree(self) -> dict[str, Any]:
        """The means over the customers.

        Returns:
            `customers`, their number; `recall`, the mean share of a customer's purchases among the candidates;
            `candidates`, their mean number; `channels`, by channel the mean share of a customer's purchases that it
            `found`, and that it found `alone`. `channels` is empty for random lists.
        """
        count = max(self._customers, 1)
        means = [float(share) / count for share in self._shares]
        channels = {
            name: {"found": means[1 + 2 * bit], "alone": means[2 + 2 * bit]}
            for bit, name in enumerate(self._channels if self._has_channels else ())
        }
        return {
            "customers": self._customers,
            "recall": means[0],
            "candidates": self._candidates / count,
            "channels": channels,
        }
