"""What the models' input pipelines have in common."""

import tensorflow as tf


def steady(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """The dataset without TensorFlow's tuning of its buffers and threads while it runs.

    The tuning looks at a pipeline after 10 ms, then 20, 40 and so on, and a pipeline that has ended waits for the
    next look: an epoch lasts until 10 ms (2^k - 1) are over, up to twice its own time. `AUTOTUNE` still stands for as
    many calls at once as there are processors.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
