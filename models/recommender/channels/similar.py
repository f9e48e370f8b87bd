"""Similar: articles on sale that are like the customer's by attributes and words. Off by default."""


def propose(query, size, search):
    """What is like the seeds `[batch, size]` and the sums of weight * cosine; `likeness` makes the table."""
    return query.best_neighbours("similar", size)
