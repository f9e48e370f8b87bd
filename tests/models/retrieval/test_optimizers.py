"""Adam in one pass and Adagrad on a mean take Keras's steps; Adagrad leaves alone what a batch has not read."""

import numpy as np
import tensorflow as tf

from models.retrieval.config import RetrievalConfig
from models.retrieval.optimizers import OnePassAdam, optimizer

ROWS, DIM = 7, 3


def steps(chosen, count=4):
    """The table after some steps, in which rows are read twice, once and not at all."""
    draw = np.random.default_rng(1)
    table = tf.Variable(draw.normal(size=(ROWS, DIM)), dtype=tf.float32)
    for step in range(count):
        rows = tf.constant([step, 3, 3])
        gradient = tf.IndexedSlices(tf.constant(draw.normal(size=(3, DIM)), tf.float32), rows, [ROWS, DIM])
        chosen.apply_gradients([(gradient, table)])
    return table.numpy()


def test_adam_in_one_pass_takes_the_steps_of_kerass():
    ours, theirs = steps(OnePassAdam(0.1)), steps(tf.keras.optimizers.legacy.Adam(0.1))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_adagrad_moves_the_rows_that_were_read():
    draw = np.random.default_rng(1)
    before = draw.normal(size=(ROWS, DIM)).astype(np.float32)
    after = steps(optimizer(RetrievalConfig(optimizer="adagrad", learning_rate=0.1)))

    assert (after[:4] != before[:4]).all()
    np.testing.assert_array_equal(after[4:], before[4:])


def test_adagrad_on_the_mean_of_a_batch_takes_the_steps_of_kerass_on_its_sum():
    draw = np.random.default_rng(1)
    before, rounds, size = draw.normal(size=(ROWS, DIM)), draw.normal(size=(4, ROWS, DIM)), 50
    ours, theirs = (tf.Variable(before, dtype=tf.float32) for _ in range(2))
    on_mean = optimizer(RetrievalConfig(optimizer="adagrad", learning_rate=0.1, batch_size=size))
    on_sum = tf.keras.optimizers.legacy.Adagrad(0.1, initial_accumulator_value=0.1)
    for gradient in rounds:
        on_sum.apply_gradients([(tf.constant(gradient, tf.float32), theirs)])
        on_mean.apply_gradients([(tf.constant(gradient / size, tf.float32), ours)])
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-4, atol=1e-5)
