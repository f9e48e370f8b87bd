"""Adam in one pass takes Keras's steps; Adagrad leaves alone what a batch has not read."""

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
