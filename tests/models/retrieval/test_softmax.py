"""The softmax in blocks equals the loss of TFRS's task, with its gradients."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_recommenders as tfrs

from models.retrieval.softmax import in_batch_softmax

BATCH, DIM = 600, 5  # two blocks
ARTICLES, BASKETS = 30, 170


@pytest.fixture(scope="module")
def batch():
    """Queries, articles, and about twenty purchases of each article, several in each basket and of each customer."""
    draw = np.random.default_rng(3)
    queries, table = (tf.constant(draw.normal(size=(n, DIM)), tf.float32) for n in (BASKETS, ARTICLES))
    baskets = tf.constant(np.sort(np.r_[np.arange(BASKETS), draw.integers(0, BASKETS, BATCH - BASKETS)]), tf.int32)
    customers = tf.gather(tf.constant(draw.integers(0, 60, BASKETS), tf.int32), baskets)
    articles = tf.constant(draw.integers(0, ARTICLES, BATCH), tf.int32)
    probability = tf.constant(draw.random(ARTICLES) ** 9, tf.float32)  # some below the minimum probability
    return queries, table, tf.gather(probability, articles), articles, customers, baskets


def shared(queries, table, probability, articles, customers, baskets, temperature):
    """Our loss with a row of scores for each basket."""
    return in_batch_softmax(
        queries, tf.gather(table, articles), probability, articles, customers, temperature, query_of=baskets
    )


def each_its_own(queries, table, probability, articles, customers, baskets, temperature):
    """Our loss with a row of scores for each example."""
    of_each = tf.gather(queries, baskets)
    return in_batch_softmax(of_each, tf.gather(table, articles), probability, articles, customers, temperature)


def of_tfrs(queries, table, probability, articles, customers, baskets, temperature):
    task = tfrs.tasks.Retrieval(temperature=temperature, remove_accidental_hits=True, batch_metrics=[])
    same_customer = customers[:, None] == customers[None, :]
    return task(
        tf.gather(queries, baskets),
        tf.gather(table, articles),
        candidate_sampling_probability=probability,
        candidate_ids=articles,
        score_mask=tf.logical_or(tf.logical_not(same_customer), tf.eye(len(articles), dtype=tf.bool)),
        compute_metrics=False,
    )


def with_gradients(loss, queries, table, *others):
    with tf.GradientTape() as tape:
        tape.watch([queries, table])
        value = 0.5 * loss(queries, table, *others)
    return [tf.convert_to_tensor(tensor).numpy() for tensor in (value, *tape.gradient(value, [queries, table]))]


@pytest.mark.parametrize("temperature", [1.0, 0.3])
@pytest.mark.parametrize("corrected", [True, False])
@pytest.mark.parametrize("ours", [shared, each_its_own])
def test_the_loss_equals_that_of_the_tfrs_task(batch, ours, corrected, temperature):
    queries, table, probability, *others = batch
    arguments = (queries, table, probability if corrected else None, *others, temperature)

    for got, wanted in zip(with_gradients(ours, *arguments), with_gradients(of_tfrs, *arguments), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=2e-4, atol=2e-4)


def test_an_article_of_nearly_the_whole_batch_loses_no_precision():
    # All examples but one have article 0, whose score is far above that of article 1. Without the accidental hits, a
    # millionth of the sum of a row is left.
    queries, table = tf.constant([[1.0]] * 400), tf.constant([[14.0], [0.0]])
    articles = tf.constant([0] * 399 + [1], tf.int32)
    each = tf.range(400)
    arguments = (queries, table, None, articles, each, each, 1.0)

    for got, wanted in zip(with_gradients(shared, *arguments), with_gradients(of_tfrs, *arguments), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-3)


def test_a_batch_of_one_customer_has_zero_loss_and_gradients():
    queries, table = tf.constant([[1.0, 2.0]]), tf.constant([[30.0, 1.0], [-40.0, 3.0]])
    arguments = (queries, table, None, tf.constant([0, 1]), tf.constant([7, 7]), tf.constant([0, 0]), 1.0)

    for tensor in with_gradients(shared, *arguments):
        np.testing.assert_array_equal(tensor, np.zeros_like(tensor))


@pytest.mark.parametrize("ours", [shared, each_its_own])
def test_a_batch_of_unknown_size_is_one_block(batch, ours):
    signature = [tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype) for tensor in batch]
    whole = tf.function(lambda *arguments: ours(*arguments, 1.0), input_signature=signature)

    np.testing.assert_allclose(whole(*batch).numpy(), ours(*batch, 1.0).numpy(), rtol=1e-5)


def test_xla_compiles_the_loss_without_shared_queries(batch):
    compiled = tf.function(lambda *arguments: each_its_own(*arguments, 1.0), jit_compile=True, autograph=False)

    np.testing.assert_allclose(compiled(*batch).numpy(), each_its_own(*batch, 1.0).numpy(), rtol=1e-5)


def test_shares_of_a_batch_against_all_candidates_sum_to_the_loss_of_the_batch(batch):
    queries, table, probability, articles, customers, baskets = batch
    each = tf.gather(queries, baskets)

    def of_shares(queries, table, size=BATCH // 3):
        total = 0.0
        for first in range(0, BATCH, size):
            of_all = [tf.roll(values, -first, axis=0) for values in (probability, articles, customers)]
            candidates = tf.gather(table, of_all[1])
            total += in_batch_softmax(queries[first : first + size], candidates, *of_all, temperature=1.0)
        return total

    def whole(queries, table):
        return in_batch_softmax(queries, tf.gather(table, articles), probability, articles, customers, 1.0)

    for got, wanted in zip(with_gradients(of_shares, each, table), with_gradients(whole, each, table), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=2e-4, atol=2e-4)
