"""The sizes of the synthetic shops, in transactions; all else follows from these as at H&M."""

import dataclasses

FULL_TRANSACTIONS = 31_788_324
SIZES = (0.1, 1.0, 10.0, 31.8)


@dataclasses.dataclass(frozen=True)
class Size:
    """A shop's size.

    Attributes:
        millions: of transactions, rounded; names the shop.
    """

    millions: float

    @property
    def name(self) -> str:
        """Such as `0.1M`."""
        return f"{self.millions:g}M"

    @property
    def transactions(self) -> int:
        """Rows; 31.8 million is H&M itself, to the row."""
        rounded = round(self.millions * 1e6)
        return FULL_TRANSACTIONS if rounded == round(FULL_TRANSACTIONS, -5) else rounded

    @property
    def options(self) -> list[str]:
        """Of `lookbook synthesize`."""
        is_full = self.transactions == FULL_TRANSACTIONS
        return ["--scale", "full" if is_full else repr(self.transactions / FULL_TRANSACTIONS)]
