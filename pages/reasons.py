"""The candidate channels as reasons, in the words of a shop."""

from __future__ import annotations

from collections.abc import Collection

REASONS = {
    "own_purchases": "bought before",
    "bought_together": "bought together",
    "towers": "taste",
    "popular": "popular",
    "popular_in_segment": "popular at this age",
    "popular_in_department": "popular in the department",
    "popular_in_section": "popular in the section",
    "same_product": "same product",
    "similar": "similar",
    "trending": "trending",
    "next_basket": "next basket",
}


def reasons(channels: Collection[str]) -> tuple[str, ...]:
    """Channels in the words of `REASONS`; an unknown one keeps its name.

    >>> reasons(["towers", "my_own"])
    ('taste', 'my own')
    """
    return tuple(REASONS.get(channel, channel.replace("_", " ")) for channel in channels)
