"""Similar: recently bought articles with attributes and words like those of the customer's articles. Off by default."""


def propose(query, size, search):
    """Returns the articles most similar to the seeds `[batch, size]` and the sums of weight * cosine.

    `content_similarity` builds the table.
    """
    return query.best_neighbours("similar", size)
