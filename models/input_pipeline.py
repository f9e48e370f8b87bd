"""Options shared by the input pipelines of the models."""

import tensorflow as tf


def without_autotuning(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Turns off TensorFlow's tuning of buffers and threads during iteration.

    The tuning thread inspects a pipeline after 10 ms, then 20 ms, 40 ms and so on, and a finished pipeline waits for
    the next inspection. An epoch then ends only after 10 ms * (2^k - 1), up to twice its own time. `AUTOTUNE` still
    means as many parallel calls as there are processors.

    Args:
        dataset: input pipeline.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
