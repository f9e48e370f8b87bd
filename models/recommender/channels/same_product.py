"""Same product: other colours and sizes of what the customer bought."""


def propose(query, size, search):
    """The seeds' variants `[batch, size]` and their summed sales."""
    return query.best_neighbours("same_product", size)
