"""The in-batch softmax: each example's article against the articles of all others in the batch.

The loss of `tfrs.tasks.Retrieval` with sampling correction, accidental hits removed and a score mask. That makes some
ten matrices of [batch, batch] one after the other, which go through memory; here they are made a block of rows at a
time, small enough for the processor's caches, and the gradients with them (`docs/decisions/0025-softmax-in-blocks.md`).
"""

import tensorflow as tf

_ROWS_AT_ONCE = 256
_HIDDEN = -1e30
_LEAST_PROBABILITY = 1e-6  # as in tfrs.layers.loss.SamplingProbablityCorrection


def in_batch_softmax(
    query: tf.Tensor,
    candidate: tf.Tensor,
    probability: tf.Tensor | None,
    articles: tf.Tensor,
    customers: tf.Tensor,
    temperature: float,
) -> tf.Tensor:
    """The summed loss: of each example log(sum over its candidates of exp(score)) minus the score of its own.

    Args:
        query: `[batch, dim]` float32.
        candidate: `[batch, dim]` float32, the positive of each query.
        probability: `[batch]` float32 `candidate_sampling_probability`, or None for no correction.
        articles: `[batch]` int32; the same article elsewhere in the batch, an accidental hit, is no negative.
        customers: `[batch]` int32; what the same customer bought elsewhere in the batch is no negative.
        temperature: scores are divided by it.

    Returns:
        Scalar float32.
    """
    correction = 0.0
    if probability is not None:
        correction = -tf.math.log(tf.clip_by_value(probability, _LEAST_PROBABILITY, 1.0))
    correction = tf.broadcast_to(correction, tf.shape(articles))
    number = tf.range(tf.shape(articles)[0])

    @tf.custom_gradient
    def summed(query, candidate):
        total, of_queries, of_candidates = [], [], []
        for rows in _blocks(query.shape[0]):
            ours, own = query[rows], candidate[rows]
            hidden = (articles[rows, None] == articles[None, :]) | (customers[rows, None] == customers[None, :])
            hidden &= number[rows, None] != number[None, :]
            scores = tf.matmul(ours, candidate, transpose_b=True) / temperature + correction[None, :]
            scores = tf.where(hidden, _HIDDEN, scores)
            highest = tf.reduce_max(scores, axis=1, keepdims=True)
            raised = tf.exp(scores - highest)
            whole = tf.reduce_sum(raised, axis=1, keepdims=True)
            positive = tf.reduce_sum(ours * own, axis=1) / temperature + correction[rows]
            total.append(tf.reduce_sum(tf.math.log(whole) + highest) - tf.reduce_sum(positive))
            of_queries.append(tf.matmul(raised, candidate) / whole - own)
            of_candidates.append(tf.matmul(raised, ours / whole, transpose_a=True))
        to_query = tf.concat(of_queries, axis=0) / temperature
        to_candidate = (tf.add_n(of_candidates) - query) / temperature
        return tf.add_n(total), lambda upstream: (upstream * to_query, upstream * to_candidate)

    return summed(query, candidate)


def _blocks(batch: int | None) -> list[slice]:
    """All at once where the batch has no fixed size: the last one of a pass, or a replica's."""
    if batch is None:
        return [slice(None)]
    return [slice(start, start + _ROWS_AT_ONCE) for start in range(0, batch, _ROWS_AT_ONCE)]
