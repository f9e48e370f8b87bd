"""Arrivals: purchases in the label period of articles that were never sold before, and where the oracle ranks them."""

import dataclasses
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synthetic import tables
from synthetic.catalogue import Catalogue
from synthetic.oracle import Oracle
from synthetic.people import People
from synthetic.simulation import SimulatedPeriod
from transforms import columns

FILE = "oracle_arrivals.csv"
RANK = "rank"

Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Arrivals:
    """Purchases of articles that were never sold before.

    Attributes:
        ranks: `[m]` rank, from 1, at which the oracle has the article for the customer, for each distinct purchase.
        of: number of distinct purchases of all articles, a customer and an article each.
    """

    ranks: Ints
    of: int

    @property
    def share(self) -> float:
        """Share of the purchases that are of such articles."""
        return len(self.ranks) / max(self.of, 1)

    def recall_at(self, k: int) -> float:
        """Share of these purchases that the oracle has among the first k articles; NaN without purchases.

        >>> Arrivals(ranks=np.array([1, 12, 13, 300]), of=80).recall_at(12)
        0.5
        """
        return float((self.ranks <= k).mean()) if len(self.ranks) else float("nan")


def write_arrivals(
    stream: BinaryIO, simulated: SimulatedPeriod, oracle: Oracle, people: People, catalogue: Catalogue
) -> Arrivals:
    """Ranks and writes the arrivals of a period: `customer_id`, `article_id`, `rank`, sorted by customer and article.

    Args:
        stream: the file.
        simulated: the period.
        oracle: the oracle of that period.
        people: the customers.
        catalogue: the articles.
    """
    customers, articles = simulated.arrivals.T
    ranks = oracle.ranks(customers, articles, simulated.memory)
    table = pa.table(
        {
            columns.CUSTOMER_ID: people.ids.take(pa.array(customers)),
            columns.ARTICLE_ID: catalogue.ids.take(pa.array(articles)),
            RANK: pa.array(ranks),
        }
    )
    tables.write_header(stream, table.column_names)
    tables.write_rows(stream, table)
    return Arrivals(ranks=ranks, of=len(np.unique(simulated.customers * len(catalogue) + simulated.articles)))
