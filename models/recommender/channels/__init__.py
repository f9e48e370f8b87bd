"""The sources of candidates: one file each, one line here, one field in `ChannelsConfig`.

A channel is a function of the query (and of the index, for the towers) that yields `(ids, scores)`:
`[batch, n]` int32 distinct article rows, padded, and float32 scores, best first, those of real proposals above 0.
Of more than it is asked for, the first `size` are taken. Where `query.allowed` is given, those that are not allowed are
left out afterwards, so a channel yields enough to have `size` that are allowed, if there are.
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
