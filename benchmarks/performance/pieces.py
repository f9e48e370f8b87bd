"""Measures parts of a training step of the towers, in their current and their former implementation.

    python -m benchmarks.performance.pieces TO

The parts are those that dominated a profile of the step. They are measured separately, at the size of H&M's catalogue,
on random batches. The former implementations are the softmax of TensorFlow Recommenders' task, pools over recent
purchases in a loop over half-lives, and Keras's Adam on an embedding table. Writes the median milliseconds with
gradients to the file TO, as JSON.
"""

import functools
import json
import pathlib
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from lookbook.environment import prepare_tensorflow

AS_IS, AS_WAS = "as it is", "as it was"
BATCHES = (1024, 4096, 8192)
_ARTICLES, _DIM, _RECENT = 105_542, 128, 100
_BASKET = 3  # articles of a basket, similar to H&M
_TIMES = 5


def measure(batches: tuple[int, ...] = BATCHES, articles: int = _ARTICLES) -> dict[str, dict[str, float]]:
    """Milliseconds of the current and the former implementation of each part.

    Args:
        batches: batch sizes.
        articles: number of articles.
    """
    prepare_tensorflow()
    pieces = {f"softmax of {batch}": functools.partial(_softmax, batch) for batch in batches}
    pieces |= {
        f"pools of {batches[0]}": functools.partial(_pools, batches[0], articles),
        f"Adam, {articles:,} rows": functools.partial(_adam, articles),
    }
    return {name: {way: _milliseconds(step) for way, step in make().items()} for name, make in pieces.items()}


def _softmax(batch: int) -> dict[str, Callable[[], Any]]:
    import tensorflow as tf
    import tensorflow_recommenders as tfrs

    from models.retrieval.softmax import in_batch_softmax

    draw = np.random.default_rng(0)
    baskets = np.sort(draw.integers(0, batch // _BASKET, batch))
    baskets = tf.constant(np.unique(baskets, return_inverse=True)[1], tf.int32)
    articles = tf.constant(draw.zipf(1.5, batch) % _ARTICLES, tf.int32)
    query = tf.constant(draw.normal(scale=0.1, size=(int(baskets[-1]) + 1, _DIM)), tf.float32)
    candidate = tf.gather(tf.constant(draw.normal(scale=0.1, size=(_ARTICLES, _DIM)), tf.float32), articles)
    probability = tf.constant(draw.random(batch), tf.float32)
    task = tfrs.tasks.Retrieval(temperature=1.0, remove_accidental_hits=True, batch_metrics=[])
    # This function needs conversion by AutoGraph, because it takes `len` of a symbolic shape.
    converted = tf.autograph.to_graph(tfrs.tasks.Retrieval.call, recursive=False)

    def as_was(query, candidate):
        same_customer = baskets[:, None] == baskets[None, :]
        return converted(
            task,
            tf.gather(query, baskets),
            candidate,
            candidate_sampling_probability=probability,
            candidate_ids=articles,
            score_mask=tf.logical_or(tf.logical_not(same_customer), tf.eye(batch, dtype=tf.bool)),
            compute_metrics=False,
        )

    def as_is(query, candidate):
        return in_batch_softmax(query, candidate, probability, articles, baskets, 1.0, query_of=baskets)

    return {AS_IS: _with_gradients(as_is, query, candidate), AS_WAS: _with_gradients(as_was, query, candidate)}


def _pools(batch: int, articles: int) -> dict[str, Callable[[], Any]]:
    import tensorflow as tf

    from models.retrieval.towers import HALF_LIVES_DAYS, pools

    draw = np.random.default_rng(0)
    table = tf.constant(draw.normal(scale=0.1, size=(articles + 1, _DIM)), tf.float32)
    recent = draw.integers(0, articles, (batch, _RECENT))
    recent[np.arange(_RECENT)[None, :] >= draw.geometric(1 / 30, batch)[:, None]] = -1
    recent, age_days = tf.constant(recent, tf.int32), tf.constant(draw.integers(1, 365, recent.shape), tf.float32)

    def as_is(table):
        return tf.reduce_sum(pools(tf.gather(table, recent + 1), recent >= 0, age_days))

    def as_was(table):
        bought, total = tf.gather(table, recent + 1), 0.0
        for half_life in HALF_LIVES_DAYS:
            weights = tf.cast(recent >= 0, tf.float32) * tf.pow(0.5, age_days / half_life)
            root = tf.sqrt(tf.reduce_sum(weights, axis=1, keepdims=True))
            total += tf.reduce_sum(tf.math.divide_no_nan(tf.einsum("bn,bnd->bd", weights, bought), root))
        return total

    return {AS_IS: _with_gradients(as_is, table), AS_WAS: _with_gradients(as_was, table)}


def _adam(articles: int) -> dict[str, Callable[[], Any]]:
    import tensorflow as tf

    from models.retrieval.optimizers import OnePassAdam

    draw = np.random.default_rng(0)
    rows = tf.constant(draw.integers(0, articles, 12_000), tf.int32)
    values = tf.constant(draw.normal(size=(12_000, _DIM)), tf.float32)

    def steps(chosen):
        table = tf.Variable(tf.zeros([articles, _DIM]))

        def step():
            chosen.apply_gradients([(tf.IndexedSlices(values, rows, [articles, _DIM]), table)])
            return chosen.iterations

        chosen._create_all_weights([table])
        return tf.function(step, autograph=False)

    return {AS_IS: steps(OnePassAdam(0.002)), AS_WAS: steps(tf.keras.optimizers.legacy.Adam(0.002))}


def _with_gradients(loss: Callable[..., Any], *inputs: Any) -> Callable[[], Any]:
    import tensorflow as tf

    @tf.function(autograph=False)
    def step(*inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            value = loss(*inputs)
        gradients = [getattr(each, "values", each) for each in tape.gradient(value, inputs)]
        return tf.add_n([value, *(tf.reduce_sum(each) for each in gradients)])

    return lambda: step(*inputs)


def _milliseconds(step: Callable[[], Any]) -> float:
    step().numpy()  # traces
    taken = []
    for _ in range(_TIMES):
        start_s = time.perf_counter()
        step().numpy()
        taken.append(1e3 * (time.perf_counter() - start_s))
    return statistics.median(taken)


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).write_text(json.dumps(measure()))
