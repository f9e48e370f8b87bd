"""Same product: other colours and sizes of the articles the customer bought."""


def propose(query, size, search):
    """Returns the variants of the seeds `[batch, size]` and their summed purchases."""
    return query.best_neighbours("same_product", size)
