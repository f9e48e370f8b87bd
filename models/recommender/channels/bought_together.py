"""Bought together: articles that buyers of the customer's articles bought within the same weeks."""


def propose(query, size, search):
    """Returns the neighbours of the seeds within a month `[batch, size]` and their summed scores."""
    return query.best_neighbours("together_month", size)
