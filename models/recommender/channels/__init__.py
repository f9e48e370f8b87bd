"""The sources of candidates: one file each, one line here, one field in `ChannelsConfig`.

A channel is a function of the query (and of the index, for the towers) that yields `(ids, scores)`:
`[batch, n]` int32 distinct article rows, padded, and float32 scores, best first, those of real proposals above 0.
The first `size` articles are taken. If `query.allowed` is given, articles that are not allowed are then removed, so a
channel returns enough articles that `size` of them are allowed, if that many exist.
"""

from models.recommender.channels import (
    bought_together,
    own_purchases,
    popular,
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
}
