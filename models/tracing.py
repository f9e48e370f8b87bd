"""Decides whether a function of tensors is traced to a graph or runs operation by operation."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

FEW_CALLS = 4  # up to here, tracing the recommender takes longer than it saves


def traced_for(calls: int, function: Callable[..., Any], signature: Sequence[tf.TensorSpec]) -> Callable[..., Any]:
    """Returns a function to call a number of times: a graph, or for few calls the function itself.

    Both give the same numbers up to the rounding of float32.

    Args:
        calls: number of calls.
        function: function of tensors.
        signature: shapes and dtypes of its arguments.
    """
    if calls <= FEW_CALLS:
        return function
    # AutoGraph would convert Keras, which takes longer than tracing. Nothing here needs conversion.
    return tf.function(function, input_signature=list(signature), autograph=False)
