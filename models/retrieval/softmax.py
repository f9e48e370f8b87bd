"""In-batch softmax loss: the article of each example against the articles of the other examples of the batch.

The loss equals that of `tfrs.tasks.Retrieval` with sampling correction, removed accidental hits and a score mask. TFRS
computes about ten `[batch, batch]` matrices in memory. Here, examples of one basket share a row of scores, and scores
and gradients are computed in blocks of rows that fit into the processor's caches
(`docs/decisions/0025-softmax-in-blocks.md`).
"""

import tensorflow as tf

_EXAMPLES_PER_BLOCK = 512
_MASKED, _MIN_SCORE = -1e30, -1e20
_MIN_PROBABILITY = 1e-6  # as in tfrs.layers.loss.SamplingProbablityCorrection


def in_batch_softmax(
    queries: tf.Tensor,
    candidates: tf.Tensor,
    probability: tf.Tensor | None,
    article_rows: tf.Tensor,
    customer_rows: tf.Tensor,
    temperature: float,
    query_of: tf.Tensor | None = None,
) -> tf.Tensor:
    """Returns the sum over examples of log(sum over candidates of exp(score)) minus the score of the positive.

    Args:
        queries: `[queries, dim]` float32 query embeddings.
        candidates: `[candidates, dim]` float32 embedding of the article of each example; equal for equal articles.
            Candidates after those of the examples are negatives only: examples of other replicas.
        probability: `[candidates]` float32 `candidate_sampling_probability`, or None for no correction.
        article_rows: `[candidates]` int32. Other candidates with the same article (accidental hits) are not negatives.
        customer_rows: `[candidates]` int32. Other articles of the same customer are not negatives.
        temperature: divisor of the scores.
        query_of: `[batch]` int32, ascending: row of `queries` of each example; examples of one query have one customer.
            None if each example has its own query.

    Returns:
        Scalar float32.
    """
    correction = 0.0
    if probability is not None:
        correction = -tf.math.log(tf.clip_by_value(probability, _MIN_PROBABILITY, 1.0))
    correction = tf.broadcast_to(correction, tf.shape(article_rows))
    examples_of = queries if query_of is None else query_of  # one row for each example
    count = tf.shape(examples_of)[0] if examples_of.shape[0] is None else examples_of.shape[0]
    query_customers = customer_rows[:count]
    if query_of is not None:
        query_customers = tf.math.segment_max(query_customers, query_of)
    # Number of accidental hits: examples of other customers with the same article. They are subtracted from the sum.
    of_pair = _occurrences(tf.cast(customer_rows, tf.int64) * 2**31 + tf.cast(article_rows, tf.int64))
    hits = tf.cast(_occurrences(article_rows) - of_pair, tf.float32)

    @tf.custom_gradient
    def summed(queries, candidates):
        total, of_queries, of_candidates = [], [], []
        for rows, examples in _blocks(queries, query_of, examples_of.shape[0]):
            block_queries, own = queries[rows], candidates[examples]
            masked = query_customers[rows, None] == customer_rows[None, :]
            scores = tf.matmul(block_queries / temperature, candidates, transpose_b=True) + correction[None, :]
            scores = tf.where(masked, _MASKED, scores)
            highest = tf.maximum(tf.reduce_max(scores, axis=1), _MIN_SCORE)
            raised = tf.exp(scores - highest[:, None])

            # From here on, tensors are per example; `row` is the row of its query in the block.
            row = tf.range(tf.shape(block_queries)[0]) if query_of is None else query_of[examples] - rows.start
            query, top = tf.gather(block_queries, row), tf.gather(highest, row)
            positive = tf.reduce_sum(query * own, axis=1) / temperature + correction[examples]
            hit = hits[examples] * tf.exp(tf.minimum(positive - top, 0.0))
            others = tf.gather(tf.reduce_sum(raised, axis=1), row) - hit
            logarithm = _log_add(tf.math.log(tf.maximum(others, 0.0)) + top, positive)
            total.append(tf.reduce_sum(logarithm - positive))

            weight = tf.exp(top - logarithm)
            of_row = tf.math.unsorted_segment_sum(weight, row, tf.shape(block_queries)[0])[:, None]
            of_own = (tf.exp(positive - logarithm) - 1.0 - hit * weight)[:, None]
            block_gradient = of_row * tf.matmul(raised, candidates)
            of_queries.append(
                block_gradient + tf.math.unsorted_segment_sum(of_own * own, row, tf.shape(block_queries)[0])
            )
            to_own = of_own * query
            of_candidates.append((tf.matmul(raised, of_row * block_queries, transpose_a=True), to_own))
        to_queries = tf.concat(of_queries, axis=0) / temperature
        to_others, to_own = zip(*of_candidates, strict=True)
        padding = [[0, tf.shape(candidates)[0] - count], [0, 0]]
        to_candidates = (tf.add_n(to_others) + tf.pad(tf.concat(to_own, axis=0), padding)) / temperature
        return tf.add_n(total), lambda upstream: (upstream * to_queries, upstream * to_candidates)

    return summed(queries, candidates)


def _occurrences(values: tf.Tensor) -> tf.Tensor:
    """Returns how often each value occurs: int32 of the same shape."""
    ordered = tf.sort(values)
    return tf.searchsorted(ordered, values, side="right") - tf.searchsorted(ordered, values, side="left")


def _log_add(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Returns log(exp(x) + exp(y)); x may be minus infinity."""
    higher = tf.maximum(x, y)
    return higher + tf.math.log(tf.exp(x - higher) + tf.exp(y - higher))


def _blocks(queries: tf.Tensor, query_of: tf.Tensor | None, batch: int | None) -> list[tuple[slice, slice]]:
    """Returns blocks of query rows, each with the slice of its examples.

    There is one block if the batch size is not fixed: in the last batch of a pass or on a replica.
    """
    number = 1 if batch is None else -(-batch // _EXAMPLES_PER_BLOCK)
    count = tf.shape(queries)[0] if queries.shape[0] is None else queries.shape[0]
    firsts = [count * block // number for block in range(number + 1)]
    places = firsts if query_of is None else tf.unstack(tf.searchsorted(query_of, tf.stack(firsts)), number + 1)
    return [(slice(*firsts[block : block + 2]), slice(*places[block : block + 2])) for block in range(number)]
