"""Functions that are called a few times are not traced to a graph."""

import tensorflow as tf

from models.tracing import FEW_CALLS, traced_for

SIGNATURE = [tf.TensorSpec([None], tf.int32)]


def test_few_calls_run_operation_by_operation():
    ran_eagerly = []

    def double(values):
        ran_eagerly.append(tf.executing_eagerly())
        return 2 * values

    function = traced_for(FEW_CALLS, double, SIGNATURE)
    assert [function(tf.constant([n])).numpy().tolist() for n in (1, 2)] == [[2], [4]]
    assert ran_eagerly == [True, True]


def test_many_calls_are_traced_once_whatever_the_size_of_the_batch():
    ran_eagerly = []

    def double(values):
        ran_eagerly.append(tf.executing_eagerly())
        return 2 * values

    function = traced_for(FEW_CALLS + 1, double, SIGNATURE)
    assert [function(tf.constant(batch)).numpy().tolist() for batch in ([1], [2, 3])] == [[2], [4, 6]]
    assert ran_eagerly == [False]
