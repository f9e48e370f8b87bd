"""Bought together: articles that those who bought the customer's articles bought within the same weeks."""


def propose(query, size, search):
    """The seeds' neighbours within a month `[batch, size]` and their summed scores."""
    return query.best_neighbours("together_month", size)
