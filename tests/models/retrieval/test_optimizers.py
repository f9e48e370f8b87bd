"""The optimizers take the same steps as Keras's; Adagrad updates only the rows of the batch."""

import numpy as np
import tensorflow as tf

from models.retrieval.config import RetrievalConfig
from models.retrieval.optimizers import OnePassAdam, build_optimizer

ROWS, DIM = 7, 3


def steps(chosen, count=4):
    """Returns the table after some steps that read rows twice, once or not at all."""
    draw = np.random.default_rng(1)
    table = tf.Variable(draw.normal(size=(ROWS, DIM)), dtype=tf.float32)
    for step in range(count):
        rows = tf.constant([step, 3, 3])
        gradient = tf.IndexedSlices(tf.constant(draw.normal(size=(3, DIM)), tf.float32), rows, [ROWS, DIM])
        chosen.apply_gradients([(gradient, table)])
    return table.numpy()


def test_one_pass_adam_takes_the_same_steps_as_keras():
    ours, theirs = steps(OnePassAdam(0.1)), steps(tf.keras.optimizers.legacy.Adam(0.1))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_adagrad_updates_only_the_rows_of_the_batch():
    draw = np.random.default_rng(1)
    before = draw.normal(size=(ROWS, DIM)).astype(np.float32)
    after = steps(build_optimizer(RetrievalConfig(optimizer="adagrad", learning_rate=0.1)))

    assert (after[:4] != before[:4]).all()
    np.testing.assert_array_equal(after[4:], before[4:])


def test_adagrad_on_the_mean_loss_takes_the_same_steps_as_keras_on_the_sum():
    draw = np.random.default_rng(1)
    before, rounds, size = draw.normal(size=(ROWS, DIM)), draw.normal(size=(4, ROWS, DIM)), 50
    ours, theirs = (tf.Variable(before, dtype=tf.float32) for _ in range(2))
    on_mean = build_optimizer(RetrievalConfig(optimizer="adagrad", learning_rate=0.1, batch_size=size))
    on_sum = tf.keras.optimizers.legacy.Adagrad(0.1, initial_accumulator_value=0.1)
    for gradient in rounds:
        on_sum.apply_gradients([(tf.constant(gradient, tf.float32), theirs)])
        on_mean.apply_gradients([(tf.constant(gradient / size, tf.float32), ours)])
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-4, atol=1e-5)
