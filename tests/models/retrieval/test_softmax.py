"""The softmax in blocks is the loss of TensorFlow Recommenders' task, gradients and all."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_recommenders as tfrs

from models.retrieval.softmax import in_batch_softmax

BATCH, DIM = 600, 5  # two blocks and a part of one


@pytest.fixture(scope="module")
def batch():
    """Some twenty purchases of each article and some of each customer."""
    draw = np.random.default_rng(3)
    query, candidate = (tf.constant(draw.normal(size=(BATCH, DIM)), tf.float32) for _ in range(2))
    articles, customers = (tf.constant(draw.integers(0, n, BATCH), tf.int32) for n in (30, 90))
    probability = tf.constant(draw.random(BATCH) ** 9, tf.float32)  # some below what is taken for the least
    return query, candidate, probability, articles, customers


def of_tfrs(query, candidate, probability, articles, customers, temperature):
    task = tfrs.tasks.Retrieval(temperature=temperature, remove_accidental_hits=True, batch_metrics=[])
    same_customer = customers[:, None] == customers[None, :]
    return task(
        query,
        candidate,
        candidate_sampling_probability=probability,
        candidate_ids=articles,
        score_mask=tf.logical_or(tf.logical_not(same_customer), tf.eye(BATCH, dtype=tf.bool)),
        compute_metrics=False,
    )


def with_gradients(loss, query, candidate, *others):
    with tf.GradientTape() as tape:
        tape.watch([query, candidate])
        value = 0.5 * loss(query, candidate, *others)
    return [tensor.numpy() for tensor in (value, *tape.gradient(value, [query, candidate]))]


@pytest.mark.parametrize("temperature", [1.0, 0.3])
@pytest.mark.parametrize("corrected", [True, False])
def test_it_is_the_loss_of_the_task(batch, corrected, temperature):
    query, candidate, probability, articles, customers = batch
    arguments = (query, candidate, probability if corrected else None, articles, customers, temperature)

    for ours, theirs in zip(
        with_gradients(in_batch_softmax, *arguments), with_gradients(of_tfrs, *arguments), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=2e-5)


def test_a_batch_of_unknown_size_is_one_block(batch):
    signature = [
        *[tf.TensorSpec([None, DIM], tf.float32)] * 2,
        tf.TensorSpec([None], tf.float32),
        *[tf.TensorSpec([None], tf.int32)] * 2,
    ]
    whole = tf.function(lambda *arguments: in_batch_softmax(*arguments, 1.0), input_signature=signature)

    np.testing.assert_allclose(whole(*batch).numpy(), in_batch_softmax(*batch, 1.0).numpy(), rtol=1e-5)
