"""A synthetic shop in H&M's layout, with known purchase probabilities and an oracle that ranks by them.

    synthesize(ShopConfig(...), to) -> ShopSummary

`shop` describes the files, `demand` the generating process.
"""

from synthetic.shop import ShopConfig, ShopSummary, synthesize

__all__ = ["ShopConfig", "ShopSummary", "synthesize"]
