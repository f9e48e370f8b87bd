"""Losses of the ranking network, compared with values worked out by hand."""

import math

import pytest
import tensorflow as tf

from models.ranking.losses import listwise_softmax, pointwise_sigmoid
from models.ranking.model import ListLoss


def loss(function, labels, scores):
    return function(tf.constant(labels, tf.float32), tf.constant(scores, tf.float32)).numpy().tolist()


def test_the_listwise_loss_is_the_cross_entropy_to_the_positives():
    # softmax of (0, log 3) is (1/4, 3/4)
    scores = [[0.0, math.log(3)]]
    assert loss(listwise_softmax, [[1, 0]], scores) == pytest.approx([math.log(4)])
    assert loss(listwise_softmax, [[0, 1]], scores) == pytest.approx([math.log(4 / 3)])
    assert loss(listwise_softmax, [[1, 1]], scores) == pytest.approx([(math.log(4) + math.log(4 / 3)) / 2])
    assert loss(listwise_softmax, [[0, 0]], scores) == [0.0]


def test_the_pointwise_loss_is_the_mean_binary_cross_entropy():
    # sigmoid(log 3) is 3/4
    scores = [[math.log(3), 0.0]]
    assert loss(pointwise_sigmoid, [[1, 0]], scores) == pytest.approx([(math.log(4 / 3) + math.log(2)) / 2])
    assert loss(pointwise_sigmoid, [[0, 1]], scores) == pytest.approx([(math.log(4) + math.log(2)) / 2])


@pytest.mark.parametrize("function", [listwise_softmax, pointwise_sigmoid])
def test_padding_is_ignored_by_the_losses(function):
    bare = loss(function, [[1, 0, 0]], [[0.3, -2.0, 1.0]])
    for padding in (0.0, 50.0, -50.0):
        assert loss(function, [[1, 0, 0, -1, -1]], [[0.3, -2.0, 1.0, padding, padding]]) == pytest.approx(bare)
    assert loss(function, [[-1, -1]], [[1.0, 2.0]]) == [0.0]


@pytest.mark.parametrize("name", ["listwise", "pointwise"])
def test_the_loss_of_a_batch_is_the_mean_over_lists(name):
    labels, scores = tf.constant([[1.0, 0.0], [0.0, 1.0]]), tf.constant([[0.5, -1.0], [2.0, 0.0]])
    function = {"listwise": listwise_softmax, "pointwise": pointwise_sigmoid}[name]
    assert float(ListLoss(name)(labels, scores)) == pytest.approx(float(tf.reduce_mean(function(labels, scores))))


def test_padding_gets_no_gradient():
    scores = tf.Variable([[0.3, -2.0, 9.0]])
    for function in (listwise_softmax, pointwise_sigmoid):
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(function(tf.constant([[1.0, 0.0, -1.0]]), scores))
        gradient = tape.gradient(value, scores).numpy()[0]
        assert gradient[2] == 0
        assert gradient[0] < 0 < gradient[1]
