"""Popular in section: what customers of the same age segment bought in the sections that the customer buys from."""

import tensorflow as tf


def propose(query, size, search):
    """Returns the popular articles of the customer's sections `[batch, size]` and their probability.

    As in `popular_in_department`, in the age segment; for customers of unknown age, among all customers.
    """
    codes, shares = query.group_shares("section_name")
    at = tf.stack([tf.broadcast_to(query.segments[:, None], tf.shape(codes)), codes], axis=2)
    rows = tf.gather_nd(query.state.section_rows, at)
    scores = tf.gather_nd(query.state.section_scores, at) * shares[:, :, None]
    return query.best_of_lists(rows, scores, size)
