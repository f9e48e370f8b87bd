"""Codes of the reasons, and the groups of features that they stand for.

A feature names its groups where it is defined (`features.registry.Registry.of`). To add a reason: a group here, its
features, its evidence in `evidence.py`, and its text in `serving/client/reason_texts.json`.
"""

BOUGHT_BEFORE = "bought_before"
BOUGHT_TOGETHER = "bought_together"
OTHER_COLOUR = "other_colour"
LIKE_BOUGHT = "like_bought"
POPULAR_NOW = "popular_now"
NEW_IN_DEPARTMENT = "new_in_department"

GROUPS = (BOUGHT_BEFORE, BOUGHT_TOGETHER, OTHER_COLOUR, LIKE_BOUGHT, POPULAR_NOW, NEW_IN_DEPARTMENT)

# Other codes of a group: the article was only viewed, or the rank is that of the customer's age segment.
VARIANTS = {
    BOUGHT_TOGETHER: "together_with_viewed",
    OTHER_COLOUR: "other_colour_of_viewed",
    LIKE_BOUGHT: "like_viewed",
    POPULAR_NOW: "popular_at_age",
}
CODES = (*GROUPS, *VARIANTS.values())
