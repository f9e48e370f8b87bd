"""Same product: other colours and sizes of what the customer bought."""


def propose(query, size, search):
    """The seeds' variants `[batch, n]` and their summed sales."""
    return query.neighbours("same_product")
