"""The in-batch softmax: each example's article against the articles of all others in the batch.

The loss of `tfrs.tasks.Retrieval` with sampling correction, accidental hits removed and a score mask. That makes some
ten matrices of [batch, batch] one after the other, which go through memory. Here purchases of one basket, whose query
is the same, share a row of scores, and rows are made some at a time, small enough for the processor's caches, the
gradients with them (`docs/decisions/0025-softmax-in-blocks.md`).
"""

import tensorflow as tf

_EXAMPLES_AT_ONCE = 512
_HIDDEN, _LEAST = -1e30, -1e20
_LEAST_PROBABILITY = 1e-6  # as in tfrs.layers.loss.SamplingProbablityCorrection


def in_batch_softmax(
    queries: tf.Tensor,
    candidates: tf.Tensor,
    probability: tf.Tensor | None,
    articles: tf.Tensor,
    customers: tf.Tensor,
    temperature: float,
    query_of: tf.Tensor | None = None,
) -> tf.Tensor:
    """The summed loss: of each example log(sum over its candidates of exp(score)) minus the score of its own.

    Args:
        queries: `[queries, dim]` float32.
        candidates: `[batch, dim]` float32, the article of each example; that of an article is the same throughout.
        probability: `[batch]` float32 `candidate_sampling_probability`, or None for no correction.
        articles: `[batch]` int32; the same article elsewhere in the batch, an accidental hit, is no negative.
        customers: `[batch]` int32; what the same customer bought elsewhere in the batch is no negative.
        temperature: scores are divided by it.
        query_of: `[batch]` int32, ascending: the query of each example, all of one customer; None where each has its
            own.

    Returns:
        Scalar float32.
    """
    correction = 0.0
    if probability is not None:
        correction = -tf.math.log(tf.clip_by_value(probability, _LEAST_PROBABILITY, 1.0))
    correction = tf.broadcast_to(correction, tf.shape(articles))
    asks = customers if query_of is None else tf.math.segment_max(customers, query_of)
    # Of the other customers' examples, those of the same article: they stand in the sum of the row, and do not belong.
    of_pair = _occurrences(tf.cast(customers, tf.int64) * 2**31 + tf.cast(articles, tf.int64))
    hits = tf.cast(_occurrences(articles) - of_pair, tf.float32)

    @tf.custom_gradient
    def summed(queries, candidates):
        total, of_queries, of_candidates = [], [], []
        for rows, examples in _blocks(queries, query_of, candidates.shape[0]):
            asking, own = queries[rows], candidates[examples]
            hidden = asks[rows, None] == customers[None, :]
            scores = tf.matmul(asking / temperature, candidates, transpose_b=True) + correction[None, :]
            scores = tf.where(hidden, _HIDDEN, scores)
            highest = tf.maximum(tf.reduce_max(scores, axis=1), _LEAST)
            raised = tf.exp(scores - highest[:, None])

            # From here on by example: `row` is its query's place in the block.
            row = tf.range(tf.shape(asking)[0]) if query_of is None else query_of[examples] - rows.start
            query, top = tf.gather(asking, row), tf.gather(highest, row)
            positive = tf.reduce_sum(query * own, axis=1) / temperature + correction[examples]
            hit = hits[examples] * tf.exp(tf.minimum(positive - top, 0.0))
            others = tf.gather(tf.reduce_sum(raised, axis=1), row) - hit
            logarithm = _log_add(tf.math.log(tf.maximum(others, 0.0)) + top, positive)
            total.append(tf.reduce_sum(logarithm - positive))

            weight = tf.exp(top - logarithm)
            of_row = tf.math.unsorted_segment_sum(weight, row, tf.shape(asking)[0])[:, None]
            of_own = (tf.exp(positive - logarithm) - 1.0 - hit * weight)[:, None]
            to_asking = of_row * tf.matmul(raised, candidates)
            of_queries.append(to_asking + tf.math.unsorted_segment_sum(of_own * own, row, tf.shape(asking)[0]))
            to_own = of_own * query
            of_candidates.append((tf.matmul(raised, of_row * asking, transpose_a=True), to_own))
        to_queries = tf.concat(of_queries, axis=0) / temperature
        to_others, to_own = zip(*of_candidates, strict=True)
        to_candidates = (tf.add_n(to_others) + tf.concat(to_own, axis=0)) / temperature
        return tf.add_n(total), lambda upstream: (upstream * to_queries, upstream * to_candidates)

    return summed(queries, candidates)


def _occurrences(values: tf.Tensor) -> tf.Tensor:
    """How often each of the values is among them, int32 of the same shape."""
    ordered = tf.sort(values)
    return tf.searchsorted(ordered, values, side="right") - tf.searchsorted(ordered, values, side="left")


def _log_add(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """log(exp(x) + exp(y)), where x may be minus infinity."""
    higher = tf.maximum(x, y)
    return higher + tf.math.log(tf.exp(x - higher) + tf.exp(y - higher))


def _blocks(queries: tf.Tensor, query_of: tf.Tensor | None, batch: int | None) -> list[tuple[slice, slice]]:
    """Rows of queries and the examples that are theirs.

    All at once where the batch has no fixed size: the last one of a pass, or a replica's.
    """
    number = 1 if batch is None else -(-batch // _EXAMPLES_AT_ONCE)
    count = tf.shape(queries)[0] if queries.shape[0] is None else queries.shape[0]
    firsts = [count * block // number for block in range(number + 1)]
    places = firsts if query_of is None else tf.unstack(tf.searchsorted(query_of, tf.stack(firsts)), number + 1)
    return [(slice(*firsts[block : block + 2]), slice(*places[block : block + 2])) for block in range(number)]
