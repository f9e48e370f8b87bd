"""Next basket: articles that a regression on past weeks expects in the customer's next basket."""


def propose(query, size, search):
    """Returns the articles with the largest sums of strength * weight `[batch, size]`, and these sums."""
    return query.best_neighbours("next_basket", size)
