"""The candidate channels: one file, one line in `CHANNELS` and one field in `ChannelsConfig` for each.

A channel is a function `propose(query, size, search)` that returns `(article_rows, scores)`: `[batch, n]` int32
distinct article rows, best first, padded, and `[batch, n]` float32 scores, above 0 for proposals and 0 for padding. The
first `size` articles are used. If `query.allowed` is set, articles that are not allowed are then removed, so the
channel must return enough articles that `size` of them are allowed, if that many exist.
"""

from models.recommender.channels import (
    bought_together,
    new_arrivals,
    next_basket,
    own_purchases,
    popular,
    popular_in_department,
    popular_in_section,
    popular_in_segment,
    same_product,
    similar,
    towers,
    trending,
)

CHANNELS = {
    "own_purchases": own_purchases.propose,
    "bought_together": bought_together.propose,
    "towers": towers.propose,
    "popular": popular.propose,
    "popular_in_segment": popular_in_segment.propose,
    "same_product": same_product.propose,
    "similar": similar.propose,
    "trending": trending.propose,
    "next_basket": next_basket.propose,
    "popular_in_department": popular_in_department.propose,
    "popular_in_section": popular_in_section.propose,
    "new_arrivals": new_arrivals.propose,
}
