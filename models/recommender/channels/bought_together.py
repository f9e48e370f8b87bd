"""Bought together: articles that those who bought the customer's articles bought within the same weeks."""


def propose(query, size, search):
    """The seeds' neighbours within a month `[batch, n]` and their summed scores."""
    return query.neighbours("together_month")
