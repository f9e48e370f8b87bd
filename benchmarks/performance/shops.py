"""The sizes of the synthetic shops in transactions; other sizes are in proportion to H&M's."""

import dataclasses

FULL_TRANSACTIONS = 31_788_324
SIZES = (0.1, 1.0, 10.0, 31.8)


@dataclasses.dataclass(frozen=True)
class Size:
    """The size of a shop.

    Attributes:
        millions: rounded number of transactions in millions, which names the shop.
    """

    millions: float

    @property
    def name(self) -> str:
        """Name of the size, such as `0.1M`."""
        return f"{self.millions:g}M"

    @property
    def transactions(self) -> int:
        """Number of transactions; 31.8 million is the exact number of H&M."""
        rounded = round(self.millions * 1e6)
        return FULL_TRANSACTIONS if rounded == round(FULL_TRANSACTIONS, -5) else rounded

    @property
    def options(self) -> list[str]:
        """Options of `lookbook synthesize`."""
        is_full = self.transactions == FULL_TRANSACTIONS
        return ["--scale", "full" if is_full else repr(self.transactions / FULL_TRANSACTIONS)]
