"""A synthetic shop in H&M's layout, with structure to find and an oracle that knows it.

    synthesize(ShopConfig(...), to) -> ShopSummary

See `shop` for the files, `demand` for the generating process.
"""

from synthetic.shop import ShopConfig, ShopSummary, synthesize

__all__ = ["ShopConfig", "ShopSummary", "synthesize"]
