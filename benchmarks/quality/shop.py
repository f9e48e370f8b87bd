"""A shop's CSVs, cut before a day, and the purchases of the following days."""

import dataclasses
import datetime
import functools
import hashlib
import pathlib

from components.ingest.source import find, fingerprint_of
from operations.customer_csv import read_purchases
from operations.time_slices import bought_between, last_day
from transforms.errors import DataError


@dataclasses.dataclass(frozen=True)
class Shop:
    """Data, and optionally the purchases after them.

    Attributes:
        data: folder of the three CSVs.
        truth: CSV of the purchases of the days after the data, or None.
    """

    data: pathlib.Path
    truth: pathlib.Path | None = None

    @functools.cached_property
    def fingerprint(self) -> str:
        """Hash of the three files."""
        return fingerprint_of(self.data)

    @functools.cached_property
    def entities_fingerprint(self) -> str:
        """Hash of the articles and the customers."""
        return _hash(*(find(self.data, table) for table in ("articles", "customers")))

    @functools.cached_property
    def truth_fingerprint(self) -> str:
        """Hash of the later purchases; "" if there are none."""
        return _hash(self.truth) if self.truth else ""

    @functools.cached_property
    def _last_day(self) -> datetime.date:
        return last_day(self.data)

    def end(self, back: int, label_days: int) -> datetime.date:
        """The first day after the cut, `back` label periods before the end of the data.

        Args:
            back: number of label periods.
            label_days: days in a label period.
        """
        return self._last_day + datetime.timedelta(days=1 - back * label_days)

    def knows_what_follows(self, back: int) -> bool:
        """Whether the purchases after a cut are known."""
        return back > 0 or self.truth is not None

    def bought_after(self, back: int, label_days: int) -> dict[str, set[str]]:
        """The articles that each customer bought in the label period after a cut, sorted by customer.

        Args:
            back: number of label periods between the cut and the end of the data.
            label_days: days in a label period.

        Raises:
            DataError: the purchases are not known, or there are none.
        """
        if not back:
            if self.truth is None:
                raise DataError(
                    f"the purchases after the last day of {self.data} must be given. Received: none; add --truth"
                )
            return dict(sorted(read_purchases(self.truth).items()))
        end = self.end(back, label_days)
        bought = bought_between(self.data, end, end + datetime.timedelta(days=label_days))
        if not bought:
            raise DataError(f"{self.data} must contain purchases in the {label_days} days from {end}; it holds none")
        return bought


def _hash(*paths: pathlib.Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()
