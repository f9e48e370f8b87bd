"""The taste of customers before a day: what of their past a candidate of a look is compared with."""

from __future__ import annotations

import dataclasses

import numpy as np
import scipy.sparse as sp

from components.features.look_catalogue import LookCatalogue
from components.features.purchases import Purchases
from transforms.looks import TASTE_ATTRIBUTE, TASTE_LENGTH, TASTE_SCALE


@dataclasses.dataclass(frozen=True)
class Tastes:
    """Tastes of several customers.

    Attributes:
        styles: `[customers, values]` float32, the mean text vector of the articles bought, of length 1; zeros if none.
        shares: `[customers, values of TASTE_ATTRIBUTE + 1]` float32 shares of the past; the last is of missing values
            and always 0.
        catalogue: the articles.
    """

    styles: np.ndarray
    shares: np.ndarray
    catalogue: LookCatalogue

    @classmethod
    def read(
        cls, purchases: Purchases, customers: np.ndarray, day: int, catalogue: LookCatalogue, half_life_days: float
    ) -> Tastes:
        """Reads the purchases of customers before a day.

        An article counts with its strength, as in the state's `history`; the `TASTE_LENGTH` strongest articles count.

        Args:
            purchases: all purchases.
            customers: `[n]` int32 customer rows, with or without repetitions.
            day: day number.
            catalogue: the articles.
            half_life_days: days after which a purchase counts half.
        """
        distinct, of_customer = np.unique(customers, return_inverse=True)
        at = purchases.of_customers(distinct)
        at = at[purchases.days[at] < day]
        owners = np.searchsorted(distinct, purchases.customer_rows[at])
        strengths = 0.5 ** ((day - purchases.days[at]) / half_life_days)
        shape = (len(distinct), catalogue.size)
        past = _strongest(sp.coo_matrix((strengths, (owners, purchases.article_rows[at])), shape=shape).tocsr())
        texts = catalogue.content["text"]
        styles = past @ texts
        lengths = np.linalg.norm(styles, axis=1, keepdims=True)
        styles = np.divide(styles, lengths, out=np.zeros_like(styles), where=lengths > 0)
        codes = catalogue.codes[TASTE_ATTRIBUTE]
        size = int(codes.max(initial=-1)) + 1
        known = np.flatnonzero(codes >= 0)
        values = sp.csr_matrix((np.ones(len(known)), (known, codes[known])), shape=(catalogue.size, size + 1))
        shares = (past @ values).toarray() / np.maximum(np.asarray(past.sum(axis=1)), 1e-9)
        chosen = styles[of_customer].astype(np.float32), shares[of_customer].astype(np.float32)
        return cls(*chosen, catalogue)

    @classmethod
    def none(cls, customers: int, catalogue: LookCatalogue) -> Tastes:
        """Tastes of customers without a past."""
        size = int(catalogue.codes[TASTE_ATTRIBUTE].max(initial=-1)) + 2
        width = catalogue.content["text"].shape[1]
        return cls(np.zeros((customers, width), np.float32), np.zeros((customers, size), np.float32), catalogue)

    def of(self, chosen: np.ndarray) -> Tastes:
        """Returns the tastes at some positions, `[n]` int."""
        return Tastes(self.styles[chosen], self.shares[chosen], self.catalogue)

    def inputs(self, rows: np.ndarray) -> list[np.ndarray]:
        """Returns the inputs of the customers and articles: cosine of the texts, and share of the section.

        Args:
            rows: `[candidates]` int32 article rows.

        Returns:
            `[customers, candidates]` float32 each; 0 for a customer without a past.
        """
        codes = self.catalogue.codes[TASTE_ATTRIBUTE][rows]
        texts = self.styles @ self.catalogue.content["text"][rows].T
        return [texts, np.log1p(TASTE_SCALE * self.shares[:, codes])]


def _strongest(past: sp.csr_matrix) -> sp.csr_matrix:
    """Keeps the `TASTE_LENGTH` largest values of each row."""
    long = np.flatnonzero(np.diff(past.indptr) > TASTE_LENGTH)
    for row in long:
        inside = slice(past.indptr[row], past.indptr[row + 1])
        least = np.sort(past.data[inside])[-TASTE_LENGTH]
        past.data[inside][past.data[inside] < least] = 0.0
    past.eliminate_zeros()
    return past
