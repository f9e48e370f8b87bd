"""Synthetic shops of H&M's proportions: how many customers, articles and days belong to so many transactions."""

import dataclasses

FULL_TRANSACTIONS = 31_788_324
_FULL_CUSTOMERS, _FULL_ARTICLES, _FULL_DAYS = 1_371_980, 105_542, 734
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
        """Of `lookbook synthesize`.

        Customers are as many a transaction as at H&M; articles by the square root: a small shop's catalogue is larger
        beside its sales than a large one's.
        """
        share = self.transactions / FULL_TRANSACTIONS
        sizes = {
            "customers": max(round(_FULL_CUSTOMERS * share), 50),
            "articles": max(round(_FULL_ARTICLES * share**0.5), 50),
            "transactions": self.transactions,
            "days": _FULL_DAYS,
        }
        return [word for name, size in sizes.items() for word in (f"--{name}", str(size))]
