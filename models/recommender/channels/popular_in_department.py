"""Popular in department: what most customers bought in the departments that the customer buys from."""

import tensorflow as tf


def propose(query, size, search):
    """Returns the popular articles of the customer's departments `[batch, size]` and their probability.

    The probability is that of the department, its share of the customer's strength, times that of the article in the
    department.
    """
    codes, shares = query.group_shares("department_name")
    rows = tf.gather(query.state.department_rows, codes)
    scores = tf.gather(query.state.department_scores, codes) * shares[:, :, None]
    return query.best_of_lists(rows, scores, size)
