"""How articles are sold: their mix of sales channels, and their price.

An order is of one channel, and often of one price level, so articles that are sold alike are bought together more.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa

from components.features.engine import Engine

MAX_CHANNELS = 4  # the most used; others count as the last one of them
SHRINKAGE = 5.0  # units of the shop's mix that are added to those of an article


@dataclasses.dataclass(frozen=True)
class Sales:
    """Sales of all articles before a day.

    Attributes:
        mix: `[articles, channels]` float32 share of each channel in an article's units, shrunk towards the shop's.
        shop_mix: `[channels]` float32 share of each channel in all units.
        log_prices: `[articles]` float32 logarithm of the mean price; NaN without a sale.
    """

    mix: np.ndarray
    shop_mix: np.ndarray
    log_prices: np.ndarray

    @classmethod
    def of(cls, table: pa.Table, articles: int) -> Sales:
        """Makes the sales from the rows of `article_channels.sql`.

        Args:
            table: its result.
            articles: number of articles.
        """
        rows, codes, units, prices = (table[name].to_numpy() for name in ("article_row", "channel", "units", "price"))
        channels, codes = np.unique(codes, return_inverse=True)
        used = np.bincount(codes, units, minlength=len(channels))
        rank = np.argsort(np.argsort(-used, kind="stable"))
        codes = np.minimum(rank[codes], MAX_CHANNELS - 1)
        counts = np.zeros((articles, max(min(len(channels), MAX_CHANNELS), 1)))
        np.add.at(counts, (rows, codes), units)
        of_one = counts.sum(axis=1, keepdims=True)
        shop_mix = counts.sum(axis=0) / counts.sum() if counts.sum() else np.ones(counts.shape[1])
        revenue = np.bincount(rows, units * prices, minlength=articles)
        means = revenue / np.maximum(of_one[:, 0], 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_prices = np.where(means > 0, np.log(means), np.nan)
        mix = (counts + SHRINKAGE * shop_mix) / (of_one + SHRINKAGE)
        return cls(mix.astype(np.float32), shop_mix.astype(np.float32), log_prices.astype(np.float32))

    @property
    def ratios(self) -> np.ndarray:
        """`[articles, channels]` float32 mix of each article over that of the shop."""
        return self.mix / self.shop_mix

    def channel_affinity(self, anchors: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Returns how much likelier than by chance two articles are sold in one channel.

        `log(sum over channels of mix_anchor * mix_article / mix_shop)`: the two are drawn from the channel of an order.

        Args:
            anchors: `[n]` int32 article rows.
            rows: `[m]` int32 article rows.

        Returns:
            `[n, m]` float32; 0 for an article without a sale.
        """
        return np.log(self.mix[anchors] @ self.ratios[rows].T)

    def price_distance(self, anchors: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Returns the absolute difference of the logarithms of prices, `[n, m]` float32; 0 without a price."""
        return np.nan_to_num(np.abs(self.log_prices[anchors][:, None] - self.log_prices[rows][None, :]), nan=0.0)


def read_sales(engine: Engine, articles: int, as_of: int, window_days: int) -> Sales:
    """Reads the sales of the `window_days` days before a day.

    Args:
        engine: engine after `states.prepare`.
        articles: number of articles.
        as_of: day number.
        window_days: number of days.
    """
    return Sales.of(engine.table("article_channels", as_of=as_of, window_days=window_days), articles)
