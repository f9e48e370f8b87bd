"""Own purchases: what the customer bought before, the strongest (most often, most recently) first."""


def propose(query, size, search):
    """Rows of the history `[batch, n]` and their strength."""
    return query.history_rows, query.history_strength
