"""Splits customers over version labels for an A/B test, by a stable salted hash."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Mapping

_BYTES = 8


@dataclasses.dataclass(frozen=True)
class Split:
    """Shares of the customers by version label.

    A customer always gets the same label for the same salt and shares, in every process. With two labels, if the share
    of the first grows, customers move to it and none leave it: name the canary first. Another salt splits anew.

    Attributes:
        shares: share of each version label, above 0; their sum is 1.
        salt: name of the test.

    Raises:
        ValueError: the shares or the salt are invalid.
    """

    shares: Mapping[str, float]
    salt: str

    def __post_init__(self) -> None:
        if not self.salt:
            raise ValueError("salt must not be empty, else all tests split alike. Received: salt = ''.")
        shares = list(self.shares.values())
        if not shares or not all(share > 0 for share in shares) or not math.isclose(sum(shares), 1.0):
            raise ValueError(f"shares must be above 0 and their sum 1. Received: {dict(self.shares)}.")

    def label(self, customer_id: str) -> str:
        """The version label of a customer."""
        digest = hashlib.sha256(f"{self.salt}\0{customer_id}".encode()).digest()
        place = int.from_bytes(digest[:_BYTES], "big") / 2 ** (8 * _BYTES)
        end = 0.0
        for label, share in self.shares.items():
            end += share
            if place < end:
                return label
        return label  # the sum of the shares may be rounded to less than 1
