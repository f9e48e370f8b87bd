"""New arrivals: articles launched lately or never sold, by the customer's style and departments."""

import tensorflow as tf

from models.recommender.state import ARTICLE_GROUPS
from transforms.content import KINDS


def propose(query, size, search):
    """Returns the new arrivals `[batch, size]` that suit the customer, and their scores.

        score = 1 + mean over kinds of content of cosine(style of the customer, article)
                  + share of the customer's purchases in the article's department

    Customers who bought and viewed nothing get none.
    """
    state = query.state
    rows = state.arrival_rows
    cosines = [
        tf.matmul(query.style(kind), tf.gather(table, rows), transpose_b=True)
        for kind in KINDS
        if (table := getattr(state, f"style_{kind}")).shape[1]
    ]
    departments = tf.gather(state.article_groups[:, ARTICLE_GROUPS.index("department_name")], rows)
    count = state.group_sizes["department_name"]
    codes, shares = query.group_shares("department_name")
    of_departments = tf.einsum("bg,bgd->bd", shares, tf.one_hot(codes, count + 1))  # the last one counts nothing
    scores = 1.0 + tf.gather(of_departments, tf.where(departments < 0, count, departments), axis=1)
    if cosines:
        scores += tf.add_n(cosines) / len(cosines)
    scores = tf.where(query.has_interests[:, None], tf.maximum(scores, 1e-6), 0.0)
    rows = tf.broadcast_to(rows[None, :], tf.shape(scores))
    return query.best_of_lists(rows[:, None, :], scores[:, None, :], size)
